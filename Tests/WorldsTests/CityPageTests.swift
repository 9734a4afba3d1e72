import Rollouts
import TestSupport
import Testing
import Worlds

struct CityPageTests {
  @Test func `the page names every rule of the car with its defaults`() throws {
    let page = try Repository.text("docs/worlds.md")
    func plain(_ value: JSON) -> String {
      if let number = value.double, let whole = Int(exactly: number) { return "\(whole)" }
      return value.text ?? value.compact
    }
    for setting in CityRules.settings {
      let (ours, course) = (plain(setting.read(CityRules())), plain(setting.read(.course)))
      #expect(page.contains("| `\(setting.name)` | \(ours) | \(course) |"), "\(setting.name)")
    }
  }

  @Test func `the page says how wide every class of road is`() throws {
    let page = try Repository.text("docs/worlds.md")
    let widths = RoadClass.allCases.filter { $0 != .residential }.map { "\(Int($0.width))" }
    #expect(page.contains("| metres wide | \(widths.joined(separator: " | ")) |"))
    for kind in RoadClass.allCases { #expect(page.contains(kind.rawValue)) }
  }

  @Test func `the page names every city that is shipped`() throws {
    let page = try Repository.text("docs/worlds.md")
    for file in try Repository.files(in: "maps/cities") {
      #expect(page.contains("`\(file.dropLast(8))`"))
    }
  }
}
