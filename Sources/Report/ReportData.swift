import Analysis
import Raster
import Rollouts

/// What the page's program reads: everything as one JSON text, bulk numbers as base64.
extension Report {
  var data: JSON {
    [
      "runs": .array(runs.map(\.data)),
      "colors": [
        "sequential": Self.hex(Theme.light.sequential),
        "divergingLight": Self.hex(Theme.light.diverging),
        "divergingDark": Self.hex(Theme.dark.diverging),
      ],
    ]
  }

  private static func hex(_ map: ColorMap) -> JSON {
    .array(map.colors.map { .string($0.css) })
  }
}

extension Report.Run {
  fileprivate var data: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)),
      .init(
        "actions",
        .array(
          actions.map {
            ["name": .string($0.name), "dx": .integer($0.dx), "dy": .integer($0.dy)]
          })),
      .init("episodes", .array(episodes.map(\.data))),
    ]
    if let board { members.append(.init("board", board.data)) }
    if let heat { members.append(.init("heat", heat.data)) }
    return .object(members)
  }
}

extension Report.Board {
  fileprivate var data: JSON {
    [
      "kind": .string(kind), "columns": .integer(columns), "rows": .integer(cells.count / columns),
      "cells": .string(Base64.text(cells)), "start": .integer(start),
      "exits": .array(exits.map { ["place": .integer($0.place), "value": .number($0.value)] }),
    ]
  }
}

extension Report.Episode {
  fileprivate var data: JSON {
    var members: [JSON.Member] = [
      .init("number", .integer(number)), .init("label", .string(label)),
      .init("ending", .string(ending)),
      .init("steps", .string(Base64.text(steps.map(Int32.init)))),
      .init("returns", .string(Base64.text(returns.map(Float.init)))),
      .init("actions", .string(Base64.text(actions.map { Int32($0 ?? -1) }))),
    ]
    if !places.isEmpty {
      members.append(.init("places", .string(Base64.text(places.map(Int32.init)))))
    }
    if !values.isEmpty { members.append(.init("values", .string(Base64.text(values)))) }
    if !pictures.isEmpty {
      members.append(
        .init(
          "pictures",
          .array(
            pictures.map { picture in
              picture.png.isEmpty
                ? .null
                : [
                  "x": .integer(picture.x), "y": .integer(picture.y),
                  "width": .integer(picture.width), "height": .integer(picture.height),
                  "png": .string(Base64.text(picture.png)),
                ]
            })))
    }
    return .object(members)
  }
}

extension Report.Heat {
  /// On maps of more cells nobody reads numbers, and a byte tells their colour.
  private static let mostNumbers = 4096

  fileprivate var data: JSON {
    let map = maps[0]
    let isExact = map.values.count <= Self.mostNumbers
    return [
      "rows": .integer(map.rows), "columns": .integer(map.columns),
      "cells": .string(Base64.text(map.cells.map(\.number))),
      "start": .integer(map.start ?? -1), "low": .number(scale.range.lowerBound),
      "high": .number(scale.range.upperBound), "diverging": .bool(scale.kind == .diverging),
      "directions": .string(directions), "exact": .bool(isExact),
      "steps": .array(steps.map(JSON.integer)), "episodes": .array(episodes.map(JSON.integer)),
      "values": .array(maps.map { .string(isExact ? exact($0) : coarse($0)) }),
      "greedy": .array(maps.map { .string(Base64.text($0.greedy)) }),
    ]
  }

  private func exact(_ map: HeatMap) -> String { Base64.text(map.values.map(Float.init)) }

  /// 255 stands for nothing known.
  private func coarse(_ map: HeatMap) -> String {
    Base64.text(
      map.values.map { value in
        value.isNaN ? 255 : UInt8(max(0, min(254, (scale.share(of: value) * 254).rounded())))
      })
  }
}

extension HeatMap.Cell {
  /// As in `Report.Board.cells`.
  var number: UInt8 {
    switch self {
    case .floor: 0
    case .wall: 1
    case .goal: 2
    case .hole: 3
    }
  }
}

extension Color {
  /// As style sheets spell it.
  var css: String {
    let digits = String(hex, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
