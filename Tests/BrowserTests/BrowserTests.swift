import Film
import Foundation
import Raster
import Rollouts
import TestSupport
import Testing

/// Reports as a real browser shows them; `make test-browser` installs one.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct BrowserTests {
  /// A browser, and a folder with maps to make recordings and pages in.
  static func pages(_ body: (Browser, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      _ = try Program.shell("cp -r '\(Repository.root)/maps' maps", in: folder)
      try body(try Browser(in: folder), folder)
    }
  }

  func reel(_ lines: String..., in folder: String) throws {
    for line in lines {
      let outcome = try Program.reel(line: line, in: folder)
      try #require(outcome.code == 0, "reel \(line): \(outcome.errors)")
    }
  }

  /// Expects no errors, and no request but that for the page itself.
  func expectQuiet(_ browser: Browser, _ page: String) {
    for event in browser.events {
      switch event.method {
      case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled":
        Issue.record("\(event.method): \(event.parameters.compact.prefix(400))")
      case "Network.requestWillBeSent":
        let url = event.parameters["request"]?["url"]?.text ?? ""
        #expect(url.hasPrefix("data:") || url == "file://\(page)", "asked for \(url.prefix(80))")
      default: break
      }
    }
  }

  /// Whether all players and heat maps show pictures of a theme.
  static func isPainted(_ theme: String = "light") -> String {
    "[...document.querySelectorAll('.player, .heat')].every((one) => one.dataset.theme === '\(theme)')"
  }

  /// What a canvas of the page shows.
  private func picture(_ name: String, _ browser: Browser) throws -> Canvas {
    let url = try browser.value("document.querySelector('\(name)').toDataURL()").text ?? ""
    let letters = String(url.split(separator: ",").last ?? "")
    let file = try #require(Data(base64Encoded: letters))
    return try PNGReader.canvas(from: Array(file), path: name)
  }

  /// The middle of a frame that `reel render` made, as large as a board.
  private func frame(_ path: String, width: Int, height: Int) throws -> Canvas {
    let whole = try PNGReader.canvas(at: path)
    let middle = try Canvas(width: width, height: height)
    middle.copy(
      whole,
      Rect(
        x: Double((whole.width - width) / 2), y: Double((whole.height - height) / 2),
        width: Double(width), height: Double(height)), to: Point(0, 0))
    return middle
  }

  func keep(_ name: String, _ browser: Browser) throws {
    try browser.screenshot(to: "\(Repository.root)/.scratch/browser/\(name).png")
  }

  @Test func `a maze's report plays, its slider works, and it loads nothing else`() throws {
    try Self.pages { browser, folder in
      try reel("train maze --seed 1 -o m.sqlite", "report m.sqlite -o m.html", in: folder)
      let size = try Program.shell("wc -c < m.html", in: folder).output
      #expect((Int(size.filter(\.isNumber)) ?? .max) < 2_000_000)
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/m.html")
      try keep("maze", browser)

      // The slider changes the picture, by keys alone.
      try browser.wait(until: Self.isPainted())
      let picture = "document.querySelector('.heat canvas').toDataURL()"
      let last = try browser.value(picture)
      try browser.value("document.querySelector('.moment').focus()")
      try browser.press("Home")
      #expect(try browser.value("document.querySelector('.heat').dataset.moment") == "0")
      let first = try browser.value(picture)
      #expect(first != last)
      #expect(
        try browser.value("document.querySelector('.heat .reading').textContent").text?
          .contains("0 steps") == true)
      try browser.press("ArrowRight")
      #expect(try browser.value(picture) != first)

      // The player reaches the last frame, by keys and by playing.
      let board = "document.querySelector('.board').toDataURL()"
      let now = "document.querySelector('.player').dataset.moment"
      try browser.value("document.querySelector('.player').focus()")
      try browser.wait(until: Self.isPainted())
      let start = try browser.value(board)
      try browser.press("ArrowRight")
      #expect(try browser.value(now) == "1")
      #expect(try browser.value(board) != start)
      #expect(try browser.value("document.querySelector('.step').textContent") == "1 / 6")
      // The step is explained, as the command line explains it.
      let why = try browser.value("document.querySelector('p.why').textContent").text ?? ""
      let command = try browser.value("document.querySelector('.explain').textContent").text ?? ""
      let explained = try Program.shell(
        command.replacing("reel ", with: "\(Program.reel()) "), in: folder)
      #expect(explained.code == 0, "\(command): \(explained.errors)")
      let lines = why.split(separator: "\n")
      #expect(lines.count > 5)
      for line in lines { #expect(explained.output.contains(line), "\(line)") }

      // A moment leads to its step; a cell says how it was last updated.
      try browser.value("document.querySelector('.moments button').click()")
      let moment = try browser.value("document.querySelector('.moments button').dataset.t").text
      try browser.wait(until: "\(now) === '\(moment ?? "")'")
      try browser.value(
        """
        document.querySelector('.heat canvas').dispatchEvent(new PointerEvent('pointermove', {
          clientX: document.querySelector('.heat canvas').getBoundingClientRect().left + 5,
          clientY: document.querySelector('.heat canvas').getBoundingClientRect().top + 5}))
        """)
      #expect(
        try browser.value("document.querySelector('.heat .reading').textContent").text?
          .contains("Last update, at step") == true)
      try browser.value("document.querySelector('.episode').selectedIndex = 3")
      try browser.value("document.querySelector('.episode').dispatchEvent(new Event('change'))")
      try browser.value("document.querySelector('.player').focus()")
      try browser.wait(until: Self.isPainted())
      try browser.press("End")
      #expect(try browser.value(now) == "6")
      #expect(try browser.value("document.querySelector('.return').textContent") == "95.0")
      let end = try browser.value(board)
      try browser.press("Home")
      try browser.wait(until: "\(board) === '\(start.text ?? "")'")
      try browser.press("]")
      try browser.press(" ")
      try browser.wait(until: "\(now) === '6'")
      try browser.wait(until: "document.querySelector('.play').textContent === 'Play'")
      #expect(try browser.value(board) == end)
      expectQuiet(browser, "\(folder)/m.html")
    }
  }

  @Test func `worlds without boards play as pictures, several runs side by side`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train snake --set episodes=20 --seed 1 -o a.sqlite", "train crawler --seed 2 -o b.sqlite",
        "report a.sqlite b.sqlite -o two.html", in: folder)
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/two.html")
      let board = "document.querySelectorAll('.board')[0].toDataURL()"
      try browser.wait(until: Self.isPainted())
      #expect(try browser.value("document.querySelector('.board').width") == 400)
      let start = try browser.value(board)
      try browser.value("document.querySelector('.player').focus()")
      try browser.press("End")
      let last = try browser.value("document.querySelector('.time').max")
      #expect(try browser.value("document.querySelector('.player').dataset.moment") == last)
      #expect(try browser.value(board) != start)
      // Going back draws what was there.
      try browser.press("Home")
      #expect(try browser.value(board) == start)
      try browser.value("document.getElementById('play-all').click()")
      try browser.wait(
        until: "[...document.querySelectorAll('.player')].every((one) => one.dataset.moment > 0)")
      try keep("two", browser)
      expectQuiet(browser, "\(folder)/two.html")
    }
  }

  @Test func `a board shows what the painter painted, in both themes`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train lake --episodes 300 --seed 1 -o l.sqlite",
        "report l.sqlite --episode best -o l.html", in: folder)
      for theme in ["light", "dark"] {
        try reel(
          "render l.sqlite --episode best --size 640 --theme \(theme) --no-caption --truecolor"
            + " -o \(theme)", in: folder)
      }
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/l.html")
      try browser.wait(until: Self.isPainted("light"))
      let last = try #require(
        try browser.value("Number(document.querySelector('.time').max)").int)
      for theme in ["light", "dark"] {
        try browser.value("document.querySelector('.player').focus()")
        try browser.press("Home")
        for moment in 0...last {
          let seen = try picture(".board", browser)
          let digits = String(moment)
          let number = String(repeating: "0", count: 6 - digits.count) + digits
          let painted = try frame(
            "\(folder)/\(theme)/frame-\(number).png", width: seen.width, height: seen.height)
          let comparison = try PictureComparison(painted, seen)
          // Where pieces of a trail meet, their soft edges overlap.
          #expect(
            comparison.count(above: 3) * 400 < seen.width * seen.height, "\(theme) \(moment)")
          if moment == 0 { #expect(comparison.greatest <= 2) }
          try browser.press("ArrowRight")
        }
        try browser.value("document.getElementById('theme').click()")
        try browser.wait(until: Self.isPainted(theme == "light" ? "dark" : "light"))
      }
      expectQuiet(browser, "\(folder)/l.html")
    }
  }

  @Test func `a film is dark on a dark page`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train crawler --episodes 2 --seed 2 -o c.sqlite",
        "report c.sqlite --episode first -o c.html",
        "render c.sqlite --episode first --every 1000000 --size 400 --theme dark --no-caption"
          + " -o dark", in: folder)
      try browser.become(width: 1280, height: 900, theme: "dark")
      try browser.visit("\(folder)/c.html")
      try browser.wait(until: Self.isPainted("dark"))
      let seen = try picture(".board", browser)
      let painted = try PNGReader.canvas(at: "\(folder)/dark/frame-000000.png")
      // Both are drawn in about 255 colours, each off by at most 8 of 255.
      #expect(try PictureComparison(painted, seen).count(above: 16) == 0)
      expectQuiet(browser, "\(folder)/c.html")
    }
  }

  @Test func `one moment of training shows in the curve and in the heat map`() throws {
    try Self.pages { browser, folder in
      try reel("train maze --seed 1 -o m.sqlite", "report m.sqlite -o m.html", in: folder)
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/m.html")
      try browser.wait(until: Self.isPainted())
      func point(_ type: String, _ element: String, _ x: Double, _ y: Double) throws {
        try browser.value(
          """
          (() => {
            const one = document.querySelector('\(element)'), box = one.getBoundingClientRect();
            one.dispatchEvent(new PointerEvent('\(type)', { bubbles: true,
              clientX: box.left + box.width * \(x), clientY: box.top + box.height * \(y) }));
          })()
          """)
      }
      // Over the curve, the mean there is read; a click moves the slider, and marks the episode.
      try point("pointermove", ".curve.wide", 0.5, 0.5)
      let reading = try browser.value("document.querySelector('figcaption .reading').textContent")
      #expect(reading.text?.contains(/^Episode (4|5)\d\d: mean 9\d\.\d$/) == true, "\(reading)")
      try point("click", ".curve.wide", 0.3, 0.5)
      let moment = try browser.value("Number(document.querySelector('.heat').dataset.moment)")
      #expect((1..<59).contains(moment.int ?? 0))
      let cursor = "document.querySelector('.curve.wide .cursor').getAttribute('visibility')"
      #expect(try browser.value(cursor) == "visible")
      // Over the heat map, a cell is read and marked.
      try point("pointermove", ".heat canvas", 0.01, 0.01)
      let cell = try browser.value("document.querySelector('.heat .reading').textContent")
      #expect(cell.text?.contains("row 0, column 0: ") == true, "\(cell)")
      #expect(try browser.value("document.querySelector('.mark').hidden") == false)
      try point("pointermove", ".heat canvas", 0.3, 0.3)
      let wall = try browser.value("document.querySelector('.heat .reading').textContent")
      #expect(wall.text?.hasSuffix("row 1, column 1: a wall") == true, "\(wall)")
      // Every learned cell has its number.
      #expect(
        try browser.value(
          "[...document.querySelectorAll('.numbers span')].filter((one) => one.textContent).length")
          == 13)
      expectQuiet(browser, "\(folder)/m.html")
    }
  }

  @Test func `text from a recording is shown and never executed`() throws {
    try Self.pages { browser, folder in
      let evil = #"</script></title><img src=x onerror=document.title="owned"><b>&amp;"#
      let map = "reel map maze\\ntitle \(evil)\\n\\nS..\\n.#.\\n..G\\n"
      _ = try Program.shell("printf '\(map)' > evil.txt", in: folder)
      try reel(
        "train maze --map evil.txt --episodes 50 --tag '\(evil)' --note '\(evil)' -o e.sqlite",
        "report e.sqlite --title '\(evil)' -o e.html", in: folder)
      try browser.visit("\(folder)/e.html")
      #expect(try browser.value("document.title") == .string(evil))
      #expect(try browser.value("document.querySelectorAll('img, b:not(li b)').length") == 0)
      #expect(try browser.value("document.querySelector('.note').textContent") == .string(evil))
      #expect(
        try browser.value("document.body.textContent").text?.contains("onerror=") == true)
      expectQuiet(browser, "\(folder)/e.html")
    }
  }

  @Test func `a report works on a phone, in dark mode and with a screen reader`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train lake --episodes 300 --seed 1 -o l.sqlite", "report l.sqlite -o l.html", in: folder)
      try browser.become(width: 390, height: 844, isPhone: true)
      try browser.visit("\(folder)/l.html")
      #expect(
        try browser.value("document.documentElement.scrollWidth <= innerWidth") == true,
        "nothing extends beyond the screen")
      #expect(
        try browser.value(
          "[...document.querySelectorAll('button, select')].every((one) => one.offsetHeight >= 40)")
          == true, "every button is large enough for a finger")
      try keep("phone", browser)
      let light = try browser.value("getComputedStyle(document.documentElement).backgroundColor")
      try browser.become(width: 1280, height: 900, theme: "dark", motion: "reduce")
      try browser.visit("\(folder)/l.html")
      let dark = try browser.value("getComputedStyle(document.documentElement).backgroundColor")
      #expect(light != dark)
      try keep("dark", browser)
      // Every control has a name, and the tab order is that of the page.
      let nameless = """
        [...document.querySelectorAll('button, select, input, [role=img]')].filter((one) =>
          !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')
            || (one.labels && [...one.labels].some((label) => label.textContent.trim()))
            || one.textContent.trim())).length
        """
      #expect(try browser.value(nameless) == 0)
      #expect(
        try browser.value("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"])').length")
          == 0)
      #expect(try browser.value("document.querySelectorAll('h1').length") == 1)
      #expect(try browser.value("document.documentElement.lang") == "en")
      try browser.value("document.getElementById('theme').click()")
      #expect(
        try browser.value("getComputedStyle(document.documentElement).backgroundColor") == light)
      expectQuiet(browser, "\(folder)/l.html")
    }
  }
}
