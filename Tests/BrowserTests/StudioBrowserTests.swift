import Foundation
import Platform
import Rollouts
import TestSupport
import Testing

/// The studio as a real browser shows it; `make test-browser` installs one.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct StudioBrowserTests {
  /// A studio that runs beside a test, and a browser that was let in.
  private struct Studio {
    let browser: Browser
    let folder: String
    let origin: String

    /// Starts one over a folder and opens its library.
    static func serving(_ folder: String, _ body: (Studio) throws -> Void) throws {
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
      let studio = Studio(browser: browser, folder: folder, origin: origin)
      try browser.go(to: address)
      try browser.wait(until: "document.querySelectorAll('.recording').length > 0")
      try body(studio)
      studio.expectQuiet()
      running.send(SIGINT)
      let ended = try running.outcome()
      #expect(ended.code == 0, "Ctrl-C ends the studio: \(ended.errors)")
    }

    /// Nothing went wrong, and nobody else was asked for anything.
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

    /// The id of a recording.
    func id(_ name: String) throws -> String {
      let found = try browser.value(
        """
        fetch('/api/library').then((answer) => answer.json())
          .then(({ rows }) => rows.find((row) => row.name === '\(name)').id)
        """)
      return try #require(found.text)
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

    /// Whether the stage shows where the cursor stands.
    static let isShown =
      "document.querySelector('.stage canvas')?.dataset.shown?.length > 2"

    /// Where the cursor stands: an episode and a step.
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

    /// Pictures of a page at three sizes in both themes, and no serious fault that axe finds.
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
        try expectAccessible("\(name), \(theme)")
      }
      try browser.become(width: 1440, height: 900)
    }

    /// Finds no serious fault by axe-core, where that is installed; `make test-browser` installs it.
    private func expectAccessible(_ name: String) throws {
      guard let axe = Self.axe else { return }
      if try browser.value("typeof axe") != "object" { try browser.value(axe + ";0") }
      let found = try browser.value(
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

  /// A folder with recordings below `runs`.
  private func studio(_ lines: String..., body: (Studio) throws -> Void) throws {
    try withTemporaryFolder { folder in
      _ = try Program.shell("mkdir runs; cp -r '\(Repository.root)/maps' maps", in: folder)
      for line in lines {
        let outcome = try Program.reel(line: line, in: folder)
        try #require(outcome.code == 0, "reel \(line): \(outcome.errors)")
      }
      try Studio.serving(folder, body)
    }
  }

  @Test func `the library lists, searches, sorts, groups, selects and edits, by keys too`() throws {
    try studio(
      "train maze --seed 1 --episodes 60 -o runs/m.sqlite --tag first",
      "train lake --seed 2 --episodes 60 -o runs/l.sqlite --note '<img src=x onerror=alert(1)>'"
    ) { studio in
      let (browser, folder) = (studio.browser, studio.folder)
      let names =
        "[...document.querySelectorAll('.recording a')].map((one) => one.textContent).join(' ')"
      try browser.wait(until: "document.querySelectorAll('.thumb img').length === 2")
      try studio.inspect("library")
      // What a recording says is text, never markup.
      #expect(try browser.value("document.querySelectorAll('img[src=x]').length") == 0)
      #expect(
        try browser.value("document.querySelector('.note').textContent").text?.hasPrefix("<img")
          == true)
      try studio.press("/", until: "document.activeElement.type === 'search'")
      for letter in "first" { try browser.press(String(letter)) }
      try browser.wait(until: "\(names) === 'm'")
      try studio.press("Escape", until: "document.querySelectorAll('.recording').length === 2")
      // A file that comes is listed within two seconds.
      _ = try Program.reel(
        line: "train grid --seed 3 --episodes 60 -o runs/g.sqlite -q", in: folder)
      let begun = monotonicSeconds()
      try browser.wait(until: "document.querySelectorAll('.recording').length === 3")
      #expect(monotonicSeconds() - begun < 2)
      // Two are selected by keys and compared.
      try studio.press("ArrowDown", until: "document.activeElement.matches('.recording a')")
      try studio.press("x", until: "document.querySelectorAll('input:checked').length === 1")
      try studio.press(
        "ArrowDown", until: "document.activeElement.matches('.recording:nth-child(2) a')")
      try studio.press("x", until: "document.querySelectorAll('input:checked').length === 2")
      // Tags and note.
      try studio.press("e", until: "document.querySelector('dialog.label-editor[open]') !== null")
      try browser.value(
        "document.querySelector('.label-editor textarea').value = 'a note'; "
          + "document.querySelector('.label-editor .main').click()")
      try browser.wait(until: "document.body.textContent.includes('a note')")
      try studio.press("?", until: "document.querySelector('#keys[open]') !== null")
      try studio.press("Escape", until: "document.querySelector('#keys[open]') === null")
      try studio.press("n", until: "location.pathname.startsWith('/run/')")
      try browser.wait(until: Studio.isShown)
    }
  }

  @Test(arguments: [
    "maze --episodes 80", "lake --episodes 80", "grid --episodes 80", "crawler --episodes 2",
    "snake --steps 800 --set hidden=16 --set episodes=0",
    "city --steps 300 --set hidden=8 --set warm_up=50 --set step_limit=100",
    "breakout --steps 2048", "breakout --policy gpt --steps 256 --set worlds=1 --set rollout=256",
    "reacher --steps 2048",
  ])
  func `a run's views follow one cursor, in every world`(words: String) throws {
    try studio("train \(words) --seed 1 -o runs/run.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open(run: "run", "?episode=1&t=0")
      let shown = "document.querySelector('.stage canvas').dataset.shown"
      #expect(try studio.cursor() == (1, 0))
      try studio.press("ArrowRight", until: "\(shown) === '1 1'")
      try studio.press("ArrowLeft", until: "\(shown) === '1 0'")
      try studio.press(
        "End",
        until: "document.querySelector('.time').value === document.querySelector('.time').max")
      try studio.press("Home", until: "\(shown) === '1 0'")
      let episodes =
        try browser.value("Number(document.querySelector('input.episode').max)").int ?? 1
      if episodes > 1 {
        try studio.press("ArrowRight", shift: true, until: "\(shown) === '2 0'")
        try studio.press("ArrowLeft", shift: true, until: "\(shown) === '1 0'")
      }
      // The explanation comes, or says why there is none.
      try browser.wait(until: "document.querySelector('.words').children.length > 0")
      // It plays, faster at will, and stops.
      try studio.press("+", until: "document.querySelector('.controls select').value === '3'")
      try studio.press("-", until: "document.querySelector('.controls select').value === '2'")
      try studio.press(
        " ", until: "Number(document.querySelector('.time').value) > 1 || \(shown) !== '1 0'")
      try studio.press(" ", until: "document.querySelector('.play').textContent === 'Play'")
      // Moments, by keys; the address holds the cursor.
      try studio.press("]", until: "true")
      try studio.press("[", until: "true")
      try browser.wait(until: "new URL(location).searchParams.has('t')")
      try studio.press("s", until: "document.querySelector('dialog.save[open]') !== null")
      try studio.press("Escape", until: "document.querySelector('dialog.save') === null")
      try studio.inspect(
        "run-" + words.prefix { $0 != " " } + (words.contains("gpt") ? "-gpt" : ""))
    }
  }

  @Test func `a run that is being written grows, and is followed`() throws {
    try studio("train maze --episodes 20 -o runs/old.sqlite -q") { studio in
      let writer = try Program.start(
        line: "train maze --seed 4 --episodes 2000000 -o runs/live.sqlite -q", in: studio.folder)
      let browser = studio.browser
      try browser.wait(until: "document.querySelectorAll('.status.writing').length === 1")
      try studio.open(run: "live")
      try browser.wait(
        until: "document.querySelector('[aria-pressed=true]')?.textContent === 'Follow'")
      let first = try studio.cursor().episode
      try browser.wait(
        until: "Number(document.querySelector('input.episode').value) > \(first) + 100")
      try studio.press("f", until: "document.querySelector('[aria-pressed=true]') === null")
      let steps = "Number(document.querySelector('main').dataset.steps)"
      let before = try browser.value(steps).int ?? 0
      try browser.wait(until: "\(steps) > \(before)")
      writer.send(SIGINT)
      _ = try writer.outcome()
      try browser.wait(
        until: "!document.querySelector('.title .status').textContent.includes('live')")
    }
  }

  @Test func `runs are compared on one clock`() throws {
    try studio(
      "train maze --seed 1 --episodes 80 -o runs/a.sqlite -q",
      "train maze --seed 2 --episodes 80 --set gamma=0.8 -o runs/b.sqlite -q"
    ) { studio in
      let browser = studio.browser
      let ids = try [studio.id("a"), studio.id("b")].joined(separator: ",")
      try studio.open(
        "/compare?runs=\(ids)", until: "document.querySelectorAll('.panel canvas').length === 2")
      try browser.wait(
        until: "document.querySelector('.panel .reading').textContent.includes('Episode')")
      #expect(
        try browser.value("document.querySelector('table').textContent.includes('gamma')") == true)
      try studio.press(
        "ArrowRight",
        until: "document.querySelector('.panel .reading').textContent.includes('step 1')")
      try studio.press(" ", until: "document.querySelector('.play').textContent === 'Pause'")
      try browser.wait(until: "document.querySelector('.play').textContent === 'Play'")
      try browser.wait(until: "document.querySelector('canvas.difference') !== null")
      try studio.inspect("compare")
    }
  }

  @Test func `a recording that goes away gets a sentence`() throws {
    try studio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open(run: "m", "?episode=1&t=0")
      _ = try Program.shell("rm runs/m.sqlite", in: studio.folder)
      usleep(700_000)
      try browser.press("End")
      try browser.wait(until: "document.querySelector('.trouble').textContent.length > 5")
      // The refusal itself is logged by the browser.
      browser.forget()
    }
  }
}
