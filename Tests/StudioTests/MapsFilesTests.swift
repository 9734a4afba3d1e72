import Glibc
import Platform
import Rollouts
import Studio
import TestSupport
import Testing

/// Maps as files: what is kept, what is refused, and what learns on them.
struct MapsFilesTests {
  private func save(
    _ desk: MapsDesk, _ world: String, _ draft: JSON, as name: String, replace: Bool = false
  ) throws -> MapsDesk.Answer {
    try desk.post(
      "/api/maps/save",
      [
        "key": .integer(desk.key(world, draft)), "name": .string(name), "replace": .bool(replace),
      ])
  }

  @Test(arguments: [("maze", 5, 4), ("lake", 4, 4), ("grid", 4, 3), ("city", 700, 500)])
  func `a map that was drawn is checked and trained by the command line`(
    world: String, width: Int, height: Int
  ) throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let saved = try save(desk, world, desk.blank(world, width, height), as: "mine_1")
      #expect(saved.status == 200, "\(saved.sentence)")
      let file = try #require(saved.json["file"]?.text)
      #expect(try Program.reel("map", "check", file, in: folder).code == 0)
      let trained = try Program.reel(
        "train", world, "--map", file, "--steps", "300", "-o", "run.sqlite", in: folder)
      #expect([0, 3].contains(trained.code), "\(trained.errors)")
      #expect(Files.exists("\(folder)/run.sqlite"))
      // By its bare name as well, beside the folder of maps; and in the page.
      let named = try Program.reel(
        "train", world, "--map", "mine_1", "--steps", "300", "-o", "named.sqlite", in: folder)
      #expect([0, 3].contains(named.code), "\(named.errors)")
      #expect(try desk.open(world, "mine_1")["form"] != nil)
    }
  }

  @Test func `a map is replaced only if asked to`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let (small, large) = try (desk.blank("maze", 3, 3), desk.blank("maze", 6, 6))
      #expect(try save(desk, "maze", small, as: "one").status == 200)
      let refused = try save(desk, "maze", large, as: "one")
      #expect(refused.status == 409)
      #expect(refused.sentence.hasSuffix("maps/mazes/one.txt exists"))
      #expect(try desk.open("maze", "one")["columns"] == 3)
      #expect(try save(desk, "maze", large, as: "one", replace: true).status == 200)
      #expect(try desk.open("maze", "one")["columns"] == 6)
    }
  }

  @Test(arguments: [
    "", "../x", "/etc/x", "a/b", "..", ".", ".x", "-o", "a b", "a.txt", "ä", "x\0", "x\n",
    String(repeating: "a", count: 65), String(repeating: "a", count: 100_000),
  ])
  func `an invalid name is refused with one sentence, and nothing is written`(
    name: String
  ) throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let refused = try save(desk, "maze", desk.blank("maze", 3, 3), as: name)
      #expect(refused.status == 400)
      #expect(refused.sentence.hasPrefix("a map's name has"))
      #expect(refused.sentence.utf8.count < 200)
      #expect(Files.visibleNames(in: folder).isEmpty)
      let opened = try desk.get("/api/maps/open", ["world": "maze", "name": name])
      #expect(opened.status == 400)
    }
  }

  @Test func `a folder that leads elsewhere is not written into`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.shell("mkdir maps elsewhere && ln -s ../elsewhere maps/mazes", in: folder)
      let desk = MapsDesk(folder)
      let refused = try save(desk, "maze", desk.blank("maze", 3, 3), as: "one")
      #expect(refused.status == 409)
      #expect(Files.visibleNames(in: "\(folder)/elsewhere").isEmpty)
    }
  }

  @Test func `a draft that is not a map is not saved`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let draft: JSON = [
        "form": "cells", "title": "", "notes": [], "columns": 2, "cells": ["S", ".", "#", "."],
      ]
      let refused = try save(desk, "maze", draft, as: "one")
      #expect(refused.status == 422)
      #expect(refused.sentence == "this is not a map yet: the map has no goal: put a G")
    }
  }

  @Test func `absurd sizes and drafts are refused with one sentence`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      for (world, width, height) in [
        ("maze", 1_000_000, 1_000_000), ("maze", 1, 1), ("lake", 257, 2), ("city", 1_000_000, 10),
      ] {
        let sides = ["world": world, "width": "\(width)", "height": "\(height)"]
        let refused = try desk.get("/api/maps/blank", sides)
        #expect((400..<500).contains(refused.status))
        #expect(!refused.sentence.isEmpty)
      }
      #expect(try desk.get("/api/maps/blank", ["world": "maze", "width": "-1"]).status == 400)
      let city = try desk.blank("city", 700, 500)
      let far: JSON = [
        "shape": "line", "kind": "road", "tags": ["highway": "primary"],
        "parts": [[[0, 0], [1e300, 5]]],
      ]
      let drafts: [(String, JSON)] = [
        ("maze", [:]), ("maze", .null), ("maze", ["columns": 0, "cells": []]),
        ("maze", ["columns": 2, "cells": ["S", "G", "x", "."]]),
        ("maze", ["columns": 2, "cells": ["S", "G\n", ".", "."]]),
        ("maze", ["columns": 2, "cells": [".", "G", ".", "."]]),
        ("maze", ["columns": 2, "title": "a\nnote b", "cells": ["S", "G", ".", "."]]),
        ("grid", ["columns": 2, "cells": ["S", "1e99", "_", "_"]]),
        ("grid", ["columns": 2, "cells": ["S", "nan", "_", "_"]]),
        ("city", try city.with("bbox", [0, 0, 1e9, 1])),
        ("city", try city.with("bbox", [0, 0, 1e-12, 1e-12])),
        ("city", try city.with("road_scale", 1e9)), ("city", try city.with("features", [far])),
        ("city", try city.with("features", [["shape": "blob"]])), ("chess", [:]), ("", [:]),
      ]
      for (world, draft) in drafts {
        let refused = try desk.post("/api/maps/draft", ["world": .string(world), "draft": draft])
        #expect((400..<500).contains(refused.status), "\(draft.compact.prefix(80))")
        #expect(!refused.sentence.isEmpty)
      }
      #expect(try desk.get("/api/maps/picture", ["key": "99"]).status == 404)
    }
  }

  @Test func `an agent learns on a draft into the library, and its run can be opened`() throws {
    try withTemporaryFolder { folder in
      let desk = MapsDesk(folder)
      let key = try desk.key("maze", desk.blank("maze", 5, 5))
      #expect(try desk.get("/api/maps/try").json["status"] == "none")
      let begun = try desk.post("/api/maps/try", ["key": .integer(key), "name": "mine"])
      #expect(begun.status == 200, "\(begun.sentence)")
      var state = begun.json
      for _ in 0..<600 where state["status"] == "learning" {
        usleep(50_000)
        state = try desk.get("/api/maps/try").json
      }
      #expect(state["status"] == "done", "\(state.compact)")
      #expect(Files.exists("\(folder)/recordings/try-maze-mine.sqlite"))
      // A folder is read again after half a second.
      usleep(600_000)
      let id = try #require(state["id"]?.text)
      let run = try desk.get("/api/run/\(id)")
      #expect(run.json["world"] == "maze")
      #expect(try desk.post("/api/maps/try", ["key": .integer(key), "name": "../x"]).status == 400)
    }
  }
}
