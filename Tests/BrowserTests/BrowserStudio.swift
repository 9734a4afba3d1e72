import Foundation
import Rollouts
import TestSupport
import Testing

/// A studio that runs beside a test, and a browser that is signed in.
struct BrowserStudio {
  let browser: Browser
  let folder: String
  let origin: String

  /// Starts one over a folder and opens its library.
  static func serving(_ folder: String, _ body: (BrowserStudio) throws -> Void) throws {
    let running = try Program.start(line: "studio runs --port 0 --json", in: folder)
    var address = ""
    try running.wait {
      let said = try? JSON(parsing: running.output())
      address = said?["address"]?.text ?? ""
      return !address.isEmpty
    }
    let browser = try Browser(in: folder)
    try browser.become(width: 1440, height: 900)
    let origin = String(address.prefix { $0 != "?" }.dropLast())
    let studio = BrowserStudio(browser: browser, folder: folder, origin: origin)
    try browser.go(to: address)
    try browser.wait(until: "document.querySelectorAll('.recording').length > 0")
    try body(studio)
    studio.expectQuiet()
    running.send(SIGINT)
    let ended = try running.outcome()
    #expect(ended.code == 0, "Ctrl-C ends the studio: \(ended.errors)")
  }

  /// Expects no errors, and no request to another server.
  func expectQuiet() {
    for event in browser.events {
      switch event.method {
      case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled":
        Issue.record("\(event.method): \(event.parameters.compact.prefix(400))")
      case "Network.requestWillBeSent":
        let url = event.parameters["request"]?["url"]?.text ?? ""
        let isOurs = url.hasPrefix(origin) || url.hasPrefix("blob:\(origin)")
        #expect(isOurs, "asked for \(url.prefix(120))")
      default: break
      }
    }
    browser.forget()
  }

  /// The id of a recording, once it is listed.
  func id(_ name: String) throws -> String {
    let row =
      """
      fetch('/api/library').then((answer) => answer.json())
        .then(({ rows }) => rows.find((row) => row.name === '\(name)'))
      """
    try browser.wait(until: "\(row).then(Boolean)")
    return try #require(try browser.value("\(row).then(({ id }) => id)").text)
  }

  /// Opens a page, and waits until a script is true.
  func open(_ path: String, until script: String) throws {
    try browser.go(to: origin + path)
    try browser.wait(until: script)
  }

  /// Opens a run, and waits for its first frame.
  func open(run name: String, _ query: String = "") throws {
    try open("/run/\(id(name))\(query)", until: Self.isShown)
  }

  /// Whether the stage shows the frame at the cursor.
  static let isShown =
    "document.querySelector('.stage canvas')?.dataset.shown?.length > 2"

  /// Where the cursor is: an episode and a step.
  func cursor() throws -> (episode: Int, t: Int) {
    let text = try browser.value(
      "document.querySelector('input.episode').value + ' ' + document.querySelector('.time').value"
    )
    let numbers = (text.text ?? "").split(separator: " ").map { Int($0) ?? -1 }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : (-1, -1)
  }

  /// Presses a key, and waits until a script is true.
  func press(_ key: String, shift: Bool = false, until script: String) throws {
    try browser.press(key, shift: shift)
    try browser.wait(until: script)
  }

  /// Takes pictures of a page at three sizes in both themes; axe must find no serious fault.
  func inspect(_ name: String) throws {
    for theme in ["light", "dark"] {
      for (size, width, height) in [
        ("phone", 360, 740), ("tablet", 820, 1100), ("desk", 1440, 900),
      ] {
        try browser.become(
          width: width, height: height, isPhone: size == "phone", theme: theme)
        usleep(300_000)
        let wide = try browser.value("document.documentElement.scrollWidth")
        #expect((wide.int ?? 0) <= width, "\(name) fits \(width) pixels")
        try browser.screenshot(
          to: "\(Repository.root)/.scratch/browser/studio-\(name)-\(size)-\(theme).png")
      }
      try browser.expectAccessible("\(name), \(theme)")
    }
    try browser.become(width: 1440, height: 900)
  }
}

extension Browser {
  /// Expects no serious fault from axe-core, if it is installed; `make test-browser` installs it.
  func expectAccessible(_ name: String) throws {
    guard let axe = Self.axe else { return }
    if try value("typeof axe") != "object" { try value(axe + ";0") }
    let found = try value(
      """
      axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
        .filter((one) => ['serious', 'critical'].includes(one.impact))
        .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.html).join(' ')).join('\\n'))
      """)
    #expect(found.text?.isEmpty == true, "\(name): \(found.text ?? "")")
  }

  private static let axe: String? = {
    let script =
      "ls .build/python/browser/lib/python3*/site-packages/axe_playwright_python/axe.min.js"
    let found = try? Program.shell(script, in: Repository.root)
    guard let path = found?.output.split(separator: "\n").first else { return nil }
    return try? String(contentsOfFile: "\(Repository.root)/\(path)", encoding: .utf8)
  }()
}

/// A studio over a folder with recordings below `runs`, made by lines of the command line.
func withStudio(_ lines: String..., body: (BrowserStudio) throws -> Void) throws {
  try withTemporaryFolder { folder in
    _ = try Program.shell("mkdir runs; cp -r '\(Repository.root)/maps' maps", in: folder)
    for line in lines {
      let outcome = try Program.reel(line: line, in: folder)
      try #require(outcome.code == 0, "reel \(line): \(outcome.errors)")
    }
    try BrowserStudio.serving(folder, body)
  }
}
