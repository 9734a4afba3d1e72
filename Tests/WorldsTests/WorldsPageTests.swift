import Rollouts
import TestSupport
import Testing
import Worlds

struct WorldsPageTests {
  static let page = Result { try Repository.text("docs/worlds.md") }

  @Test func `the page names every world, rule and classic`() throws {
    let page = try Self.page.get()
    for name in BuiltInWorlds.table().names { #expect(page.contains("| `\(name)` |")) }
    for setting in GridRules.settings { #expect(page.contains("| `\(setting.name)` |")) }
    for setting in CrawlerRules.settings { #expect(page.contains("`\(setting.name)`")) }
    let snake = SnakeRules()
    for setting in SnakeRules.settings {
      let value = setting.read(snake)
      let text =
        value == .bool(false) ? "no" : value.text ?? value.double.map { "\(Int($0))" } ?? ""
      #expect(page.contains("| `\(setting.name)` | \(text) |"))
    }
    for kind in GridKind.allCases {
      for name in ClassicMaps.names(of: kind) { #expect(page.contains("`\(name)`")) }
      #expect(page.contains("| " + kind.actions.map(\.name).joined(separator: ", ") + " |"))
    }
  }

  @Test(
    arguments: [
      ("noise", "0 | 2/3 | 0.2", \GridRules.noise, [0, 2.0 / 3, 0.2]),
      ("living_reward", "−1 | 0 | 0", \.livingReward, [-1, 0, 0]),
      ("bump_cost", "4 | 0 | 0", \.bumpCost, [4, 0, 0]),
      ("goal_reward", "100 | 1 | –", \.goalReward, [100, 1, 1]),
    ] as [(String, String, any KeyPath<GridRules, Double> & Sendable, [Double])])
  func `the page's defaults are those of the rules`(
    name: String, cells: String, path: any KeyPath<GridRules, Double> & Sendable, values: [Double]
  ) throws {
    #expect(try Self.page.get().contains("| `\(name)` | \(cells) |"))
    let rules = try GridKind.allCases.map { GridRules(for: try ClassicMaps.map(kind: $0)) }
    #expect(rules.map { $0[keyPath: path] } == values)
  }

  @Test func `the page's map can be read`() throws {
    let blocks = try Self.page.get().split(separator: "```")
    let text = try #require(blocks.first { $0.hasPrefix("text\nreel map grid\n") }).dropFirst(5)
    let map = try GridMap(parsing: String(text))
    #expect(map.cells == (try ClassicMaps.map("book", kind: .grid)).cells)
  }
}
