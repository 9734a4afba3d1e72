import Rollouts
import TestSupport
import Testing
import Worlds

struct ClassicMapsTests {
  @Test(arguments: GridKind.allCases)
  func `every classic equals the file of its name in maps`(kind: GridKind) throws {
    for name in ClassicMaps.names(of: kind) {
      let file = try Repository.text("maps/\(kind.folder)/\(name).txt")
      #expect(ClassicMaps.text(name, kind: kind) == file)
      #expect(try ClassicMaps.map(name, kind: kind) == GridMap(parsing: file))
    }
  }

  @Test func `every file in maps can be read and solved`() throws {
    var count = 0
    for kind in GridKind.allCases {
      for file in try Repository.files(in: "maps/\(kind.folder)") {
        let map = try GridMap(parsing: Repository.text("maps/\(kind.folder)/\(file)"))
        #expect(map.kind == kind)
        #expect(!map.title.isEmpty)
        // Some exits of the cliffs are behind others.
        #expect(kind == .grid || MapSurvey(map).unreachable == 0)
        count += 1
      }
    }
    #expect(count >= 12)
  }

  @Test func `the first classic map of a kind is the default`() throws {
    #expect(ClassicMaps.names(of: .maze) == ["classic-4x4"])
    #expect(ClassicMaps.names(of: .lake) == ["4x4", "8x8"])
    #expect(ClassicMaps.names(of: .grid).first == "book")
    #expect(try ClassicMaps.map(kind: .lake).title == "FrozenLake 4×4")
  }

  @Test func `an unknown name is refused with a list of the known ones`() {
    #expect(
      throws: SettingError("there is no lake map '9x9' among the classics: 4x4, 8x8")
    ) { try ClassicMaps.map("9x9", kind: .lake) }
  }
}
