import Report
import TestSupport
import Testing

/// The sources of the page's script.
@Suite struct PageScriptTests {
  private static let folder = "Sources/Report/Page"

  private static func modules() throws -> [(name: String, text: String)] {
    try Repository.files(in: folder).filter { $0.hasSuffix(".js") }.map {
      ($0, try Repository.text("\(folder)/\($0)"))
    }
  }

  @Test func `modules come after those that they import, each once`() {
    let sources = [
      "main.js": "import { a } from \"./a.js\";\nimport { b } from \"./b.js\";\na(b);",
      "a.js": "import { b } from \"./b.js\";\nexport function a() {}",
      "b.js": "/** Used twice. */\nexport const b = 1;",
    ]
    let script = PageScript(main: "main.js") { sources[$0] }
    #expect(
      script.text == "/** Used twice. */\nconst b = 1;\nfunction a() {}\na(b);")
  }

  /// Only Swift draws worlds, maps and charts; a page draws everything else with elements.
  @Test func `no module paints`() throws {
    let paints = [
      "fillRect", "strokeRect", "fillText", "fillStyle", "strokeStyle", "beginPath", "roundRect",
      ".arc(", ".ellipse(", ".fill(", ".stroke(", "Path2D", "Gradient(", "createElementNS", "rgb(",
    ]
    for (name, text) in try Self.modules() {
      for paint in paints { #expect(!text.contains(paint), "\(name) has \(paint)") }
      #expect(
        text.firstMatch(of: /["'`]#[0-9a-fA-F]{3,8}["'`]/) == nil, "\(name) has a colour")
    }
  }

  @Test func `modules are short, and so are their functions`() throws {
    let modules = try Self.modules()
    #expect(modules.count > 10)
    for (name, text) in modules {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 250, "\(name) has \(lines.count) lines")
      #expect(lines.allSatisfy { $0.count <= 110 }, "\(name) has a long line")
      // A function or method begins with an indent and ends with the same.
      for (start, line) in lines.enumerated() {
        guard line.hasSuffix("{"), line.contains("("), !line.hasPrefix("export class") else {
          continue
        }
        let indent = line.prefix { $0 == " " }
        let end = lines[start...].dropFirst().firstIndex { $0.hasPrefix("\(indent)}") }
        #expect((end ?? lines.count) - start <= 60, "\(name): \(line)")
      }
    }
  }

  @Test func `no name means two things in the joined script`() throws {
    var names: [String: String] = [:]
    for (name, text) in try Self.modules() {
      for match in text.matches(
        of: /(?m)^(?:export )?(?:async )?(?:const|let|function|class) (\w+)/)
      {
        let found = String(match.output.1)
        #expect(names[found] == nil, "\(found) is in \(name) and \(names[found] ?? "")")
        names[found] = name
      }
    }
    #expect(names.count > 20)
  }
}
