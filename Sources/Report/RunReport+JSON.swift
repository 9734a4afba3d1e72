import Analysis
import Experiments
import Film
import Raster
import Recordings
import Replay
import Rollouts

/// The data for the page's script: names and numbers as JSON, bulk numbers and pictures as positions in the
/// page's bytes.
extension RunReport {
  func json(_ bytes: inout PageBytes) -> JSON {
    var lines = LineTable()
    var members: [JSON.Member] = [
      .init("name", .string(name)),
      .init(
        "actions",
        .array(
          actions.map {
            ["name": .string($0.name), "dx": .integer($0.dx), "dy": .integer($0.dy)]
          })),
      .init("episodes", .array(episodes.map { $0.json(&bytes, &lines) })),
    ]
    if !lines.all.isEmpty { members.append(.init("lines", .array(lines.all.map(JSON.string)))) }
    members.append(.init("explain", .string(explainCommand)))
    if let board { members.append(.init("board", board.json(&bytes))) }
    if let heat { members.append(.init("heat", heat.json(actions, &bytes))) }
    return .object(members)
  }
}

/// Lines of text, each stored once however often it appears on the page.
private struct LineTable {
  private(set) var all: [String] = []
  private var known: [Substring: Int] = [:]

  /// The indices of a text's lines.
  mutating func places(of text: String) -> [Int] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if let place = known[line] { return place }
      known[line] = all.count
      all.append(String(line))
      return all.count - 1
    }
  }
}

extension RunReport.Themed {
  fileprivate func json(_ write: (Value) -> JSON) -> JSON {
    ["light": write(light), "dark": write(dark)]
  }
}

extension RunReport.Episode {
  fileprivate func json(_ bytes: inout PageBytes, _ lines: inout LineTable) -> JSON {
    var members: [JSON.Member] = [
      .init("number", .integer(number)), .init("ending", .string(ending)),
      .init("steps", bytes.add(steps)),
      .init("returns", bytes.add(returns.map(Float.init))),
      .init("actions", bytes.add(actions.map { $0 ?? -1 })),
      .init("course", EpisodeCourse(returns).json),
    ]
    members.append(.init("first", .integer(firstStep)))
    members.append(.init("stride", .integer(stride)))
    if !values.isEmpty { members.append(.init("values", bytes.add(values))) }
    if !explanations.isEmpty {
      let places = explanations.map { lines.places(of: $0) }
      members.append(.init("explained", bytes.add(places.flatMap(\.self))))
      members.append(.init("explainedCounts", bytes.add(places.map(\.count))))
    }
    switch view {
    case .overlay(let frames, let trail, let counts):
      members.append(.init("overlay", Self.json(frames, trail, counts, &bytes)))
    case .film(let film):
      members.append(.init("film", film.json { Self.json($0, &bytes) }))
    }
    return .object(members)
  }

  private static func json(
    _ frames: [GridParts.Frame], _ trail: [GridParts.Placement], _ trailCounts: [Int],
    _ bytes: inout PageBytes
  ) -> JSON {
    let placements = frames.flatMap(\.placements)
    return [
      "counts": bytes.add(frames.map { UInt8($0.placements.count) }),
      "sprites": bytes.add(placements.map { UInt8($0.sprite) }),
      "cells": bytes.add(placements.map(\.cell)),
      "walking": bytes.add(frames.map { UInt8($0.walking ?? 0) }),
      "trailSprites": bytes.add(trail.map { UInt8($0.sprite) }),
      "trailCells": bytes.add(trail.map(\.cell)), "trailCounts": bytes.add(trailCounts),
      "trailYoungest": bytes.add(frames.map { UInt8($0.youngest) }),
    ]
  }

  private static func json(_ film: FrameChanges, _ bytes: inout PageBytes) -> JSON {
    [
      "width": .integer(film.width), "height": .integer(film.height),
      "palette": bytes.add(film.palette), "header": .integer(FrameChanges.headerSize),
      "parts": bytes.add(
        film.parts.map { part in (part?.x ?? 0, part?.y ?? 0, part?.png ?? []) }),
    ]
  }
}

extension GridParts {
  fileprivate func json(_ bytes: inout PageBytes) -> JSON {
    let painted = zip(boards, sprites).map { board, sprites -> JSON in
      [
        "ground": bytes.add(board.encodedLayer()),
        "sprites": bytes.add(
          sprites.map { (x: $0.x, y: $0.y, png: $0.canvas.encodedLayer()) }),
      ]
    }
    return [
      "width": .integer(boards[0].width), "height": .integer(boards[0].height),
      "columns": .integer(columns), "side": .number(side), "rim": .integer(rim),
      "trailShades": .array(trailShades.map(JSON.integer)), "light": painted[0],
      "dark": painted[painted.count - 1],
    ]
  }
}

extension RunReport.Heat {
  fileprivate func json(_ actions: [ActionMeaning], _ bytes: inout PageBytes) -> JSON {
    let map = maps[0]
    let scale = parts.light.scale
    let isExact = map.values.count <= Self.mostNumbers
    // Only cells with a number at some step are stored; the others keep the background.
    let learned = map.values.indices.filter { place in
      maps.contains { !$0.values[place].isNaN }
    }
    let values = maps.map { map in
      let values = learned.map { map.values[$0] }
      return isExact ? bytes.add(values.map(Float.init)) : bytes.add(values.map(coarse))
    }
    var members: [JSON.Member] = []
    if !lastUpdates.isEmpty {
      // −1 if a cell was not updated by then.
      members = [
        .init(
          "last",
          .array(
            zip(maps, lastUpdates).map { map, last in
              bytes.add(learned.map { last[Int(map.states[$0])] ?? -1 })
            })),
        .init("updates", Self.json(updates, map, &bytes)),
      ]
    }
    let common: JSON = [
      "rows": .integer(map.rows), "columns": .integer(map.columns),
      "side": .integer(parts.light.side), "line": .integer(parts.light.lineWidth),
      "kinds": bytes.add(
        map.cells.map { UInt8(HeatMapParts.kinds.firstIndex(of: $0) ?? 0) }),
      "start": .integer(map.start ?? -1),
      "low": .number(scale.range.lowerBound), "high": .number(scale.range.upperBound),
      "exact": .bool(isExact), "steps": .array(steps.map(JSON.integer)),
      "episodes": .array(episodes.map(JSON.integer)), "learned": bytes.add(learned),
      "values": .array(values),
      "greedy": .array(maps.map { map in bytes.add(learned.map { map.greedy[$0] }) }),
      "numbers": parts.light.numbers.map {
        ["decimals": .integer($0.decimals), "line": .number($0.line)]
      } ?? .null,
      "inks": .array(HeatMapParts.inkColors.map { .string($0.description) }),
      "arrows": arrows(&bytes),
      "starts": bytes.add(sprites: inks.compactMap { parts.light.start(ink: $0) }),
      "light": Self.json(parts.light, &bytes), "dark": Self.json(parts.dark, &bytes),
    ]
    guard case .object(let known) = common else { return common }
    return .object(known + members)
  }

  private static func json(
    _ updates: [QUpdate], _ map: HeatMap, _ bytes: inout PageBytes
  ) -> JSON {
    let places = Dictionary(
      map.states.enumerated().map { (Int($1), $0) }, uniquingKeysWith: { first, _ in first })
    return [
      "steps": bytes.add(updates.map(\.step)), "episodes": bytes.add(updates.map(\.episode)),
      "actions": bytes.add(updates.map(\.action)),
      "rewards": bytes.add(updates.map { Float($0.reward) }),
      "next": bytes.add(updates.map { places[$0.next] ?? -1 }),
      "before": bytes.add(updates.map { Float($0.before) }),
      "after": bytes.add(updates.map { Float($0.after) }),
    ]
  }

  private var inks: Range<Int> { HeatMapParts.inkColors.indices }

  /// 255 means unknown.
  private func coarse(_ value: Double) -> UInt8 {
    let share = parts.light.scale.share(of: value)
    return value.isNaN ? 255 : UInt8(max(0, min(254, (share * 254).rounded())))
  }

  /// The arrows of every set of greedy actions that occurs, in every ink.
  private func arrows(_ bytes: inout PageBytes) -> JSON {
    let sets = Set(maps.flatMap(\.greedy)).subtracting([0]).sorted()
    return .object(
      sets.compactMap { greedy in
        let sprites = inks.compactMap { parts.light.arrows(greedy, ink: $0) }
        return sprites.isEmpty ? nil : .init("\(greedy)", bytes.add(sprites: sprites))
      })
  }

  private static func json(_ parts: HeatMapParts, _ bytes: inout PageBytes) -> JSON {
    [
      "tiles": bytes.add(parts.tiles.encodedLayer()),
      "colors": bytes.add(parts.colors.encodedLayer()),
      "inks": .array(parts.inks.map(JSON.integer)), "unknownInk": .integer(parts.unknownInk),
    ]
  }
}
