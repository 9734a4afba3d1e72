import Experiments
import Platform
import Rollouts
import Studio
import TestSupport
import Testing
import Worlds

/// Maps that are drawn in the browser.
struct MapsTests {
  /// A map that is found by its name.
  struct Known: Sendable, CustomTestStringConvertible {
    var world: String
    var name: String
    var testDescription: String { "\(world) \(name)" }
  }

  /// Every map that is built in or shipped.
  private static let maps: [Known] =
    GridKind.allCases.flatMap { kind in
      ClassicMaps.names(of: kind).map { Known(world: kind.rawValue, name: $0) }
    } + ["spiral-9x9", "fork-7x11", "rooms-15x15"].map { Known(world: "maze", name: $0) }
    + ["eixample", "etoile", "grachten"].map { Known(world: "city", name: $0) }

  @Test func `every kind of map is listed with its tools and its maps`()
    throws
  {
    try withTemporaryFolder { folder in
      let kinds = try MapsDesk(folder, maps: "\(Repository.root)/maps").get("/api/maps").json
        .elements("kinds")
      let worlds = kinds.compactMap { $0["world"]?.text }
      #expect(worlds == ["maze", "lake", "grid", "city"])
      let forms = kinds.compactMap { $0["tools"]?["form"]?.text }
      #expect(forms == ["cells", "cells", "cells", "roads"])
      for kind in kinds {
        let names = Set(try kind.elements("maps").compactMap { $0["name"]?.text })
        let world = kind["world"]?.text ?? ""
        #expect(names.isSuperset(of: Self.names(of: world)))
      }
    }
  }

  private static func names(of world: String) -> [String] {
    maps.filter { $0.world == world }.map(\.name)
  }

  @Test(arguments: Self.maps)
  func `a map that is opened and saved is the same map`(
    _ map: Known
  ) throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder, maps: "\(Repository.root)/maps")
      let text = try desk.text(map.world, desk.open(map.world, map.name))
      let entry = try #require(Catalog.builtIn.worlds[map.world])
      let maps = try #require(entry.maps)
      let known = try MapFinder(maps, of: map.world).map(named: map.name).text
      if map.world == "city" {
        let (drawn, before) = try (CityMap(parsing: text), CityMap(parsing: known))
        #expect(drawn.name == before.name)
        #expect((drawn.width, drawn.height) == (before.width, before.height))
        #expect(drawn.roads == before.roads)
        #expect(drawn.ways == before.ways)
        #expect(drawn.areas == before.areas)
        #expect(drawn.labels == before.labels)
        #expect(drawn.targets == before.targets)
        #expect((drawn.start, drawn.startAngle) == (before.start, before.startAngle))
      } else {
        #expect(try GridMap(parsing: text) == GridMap(parsing: known))
        let notes = { (text: String) in
          text.split(separator: "\n").filter { $0.hasPrefix("note ") }
        }
        #expect(notes(text) == notes(known))
      }
      // Once more, it is the same text.
      let again = try desk.post("/api/maps/read", ["text": .string(text)])
      #expect(again.json["world"]?.text == map.world)
      #expect(try desk.text(map.world, #require(again.json["draft"])) == text)
    }
  }

  @Test(arguments: Self.maps)
  func `findings are those of reel map check`(_ map: Known) throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let key = try desk.key(map.world, desk.open(map.world, map.name))
      let found = try desk.get("/api/maps/check", ["key": "\(key)"]).json
      let (_, text) = try desk.bytes("/api/maps/text", ["key": "\(key)"])
      let file = "\(folder)/map.txt"
      try OutputFile.write(text, to: file, replacing: false)
      let said = try Program.reel("map", "check", file, "--json", in: folder)
      guard case .object(let members) = try JSON(parsing: said.output) else { return }
      #expect(JSON.object(members.filter { $0.key != "file" }) == found["check"])
      #expect(found["ok"] == .bool(said.code == 0))
      let lines = try found.elements("lines").compactMap { $0["text"]?.text }
      let shown = try Program.reel("map", "check", file, in: folder).output
      // Long lines are wrapped in a terminal.
      let words = shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for line in lines { #expect(words.contains(line)) }
    }
  }

  @Test func `a map without a goal, or without roads, is painted, and its fault is reported`()
    throws
  {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      var cells = [JSON](repeating: ".", count: 12)
      cells[5] = "S"
      let maze: JSON = [
        "form": "cells", "title": "", "notes": [], "columns": 4, "cells": .array(cells),
      ]
      let city = try desk.blank("city", 700, 500)
      let roadless = try city.with(
        "features", .array(city.elements("features").filter { $0["kind"] != "road" }))
      for (world, draft, sentence) in [
        ("maze", maze, "the map has no goal: put a G"), ("city", roadless, "the city has no roads"),
      ] {
        let key = try desk.key(world, draft)
        let check = try desk.get("/api/maps/check", ["key": "\(key)"]).json
        #expect(check["ok"] == false)
        #expect(try check.elements("faults").first?.text?.hasPrefix(sentence) == true)
        for theme in ["light", "dark"] {
          let (response, png) = try desk.bytes(
            "/api/maps/picture", ["key": "\(key)", "size": "320", "theme": theme])
          #expect(response.status == 200)
          #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
          let board = try #require(response.headers.first { $0.name == "X-Reel-Board" }?.value)
          let shares = board.split(separator: " ").compactMap { Double($0) }
          #expect(shares.count == 4)
          #expect(shares.allSatisfy { (0...1).contains($0) })
        }
      }
    }
  }

  @Test func `every drawing tool of a city makes the feature it is named after`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let kinds = try desk.get("/api/maps").json.elements("kinds")
      let tools = try #require(kinds.last?["tools"])
      let blank = try desk.blank("city", 1400, 1000)
      for (group, shape) in [("roads", "line"), ("ways", "line"), ("areas", "area")] {
        for tool in try tools.elements(group) {
          let ring: JSON = [[10, 10], [300.25, 20], [200, 300]]
          let feature: JSON = [
            "shape": .string(shape), "kind": tool["kind"] ?? .null, "tags": tool["tags"] ?? .null,
            "parts": shape == "area" ? [[ring]] : [ring],
          ]
          let drawn = try blank.with("features", .array(blank.elements("features") + [feature]))
          let text = try desk.text("city", drawn)
          let read = try desk.post("/api/maps/read", ["text": .string(text)])
          let last = try read.json["draft"]?.elements("features").last
          #expect(last?["kind"] == tool["kind"], "\(tool.compact)")
          #expect(last?["shape"]?.text == shape)
        }
      }
    }
  }

  @Test func `an empty city passes the check`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let key = try desk.key("city", desk.blank("city", 1400, 1000))
      let check = try desk.get("/api/maps/check", ["key": "\(key)"]).json
      #expect(check["ok"] == true, "\(check.compact)")
    }
  }

  @Test func `random maps come by seed and size`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let wanted = ["world": "lake", "seed": "7", "width": "8", "height": "6", "frozen": "0.7"]
      let draft = try #require(try desk.get("/api/maps/random", wanted).json["draft"])
      let map = try MapGenerator.lake(rows: 6, columns: 8, seed: 7, frozen: 0.7)
      #expect(try GridMap(parsing: desk.text("lake", draft)) == map)
      #expect(try desk.get("/api/maps/random", ["world": "grid", "seed": "1"]).status == 404)
    }
  }
}
