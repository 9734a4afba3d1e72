import Foundation
import Rollouts
import TestSupport
import Testing

/// Reports as a real browser shows them; `make test-browser` installs one.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct BrowserTests {
  /// A browser, and a folder with maps to make recordings and pages in.
  private static func pages(_ body: (Browser, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      _ = try Program.shell("cp -r '\(Repository.root)/maps' maps", in: folder)
      try body(try Browser(in: folder), folder)
    }
  }

  private func reel(_ lines: String..., in folder: String) throws {
    for line in lines {
      let outcome = try Program.reel(line: line, in: folder)
      try #require(outcome.code == 0, "reel \(line): \(outcome.errors)")
    }
  }

  /// Nothing went wrong, and nothing but the page itself was asked for.
  private func expectQuiet(_ browser: Browser, _ page: String) {
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

  private func keep(_ name: String, _ browser: Browser) throws {
    try browser.screenshot(to: "\(Repository.root)/.scratch/browser/\(name).png")
  }

  @Test func `a maze's report plays, slides and asks for nothing`() throws {
    try Self.pages { browser, folder in
      try reel("train maze --seed 1 -o m.sqlite", "report m.sqlite -o m.html", in: folder)
      let size = try Program.shell("wc -c < m.html", in: folder).output
      #expect((Int(size.filter(\.isNumber)) ?? .max) < 2_000_000)
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/m.html")
      try keep("maze", browser)

      // The slider changes the picture, by keys alone.
      let picture = "document.querySelector('.heat canvas').toDataURL()"
      let last = try browser.value(picture)
      try browser.value("document.querySelector('.moment').focus()")
      try browser.press("Home")
      #expect(try browser.value("document.querySelector('.heat').dataset.moment") == "0")
      let first = try browser.value(picture)
      #expect(first != last)
      #expect(
        try browser.value("document.querySelector('.heat .told').textContent").text?
          .contains("0 steps") == true)
      try browser.press("ArrowRight")
      #expect(try browser.value(picture) != first)

      // The player reaches the last frame, by keys and by playing.
      let board = "document.querySelector('.board').toDataURL()"
      let now = "document.querySelector('.player').dataset.moment"
      try browser.value("document.querySelector('.player').focus()")
      // A scroll bar that came late has had its frame.
      try browser.wait(until: "(b => b.width === b.clientWidth)(document.querySelector('.board'))")
      let start = try browser.value(board)
      try browser.press("ArrowRight")
      #expect(try browser.value(now) == "1")
      #expect(try browser.value(board) != start)
      #expect(try browser.value("document.querySelector('.step').textContent") == "1 / 6")
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
      try browser.wait(until: "document.querySelector('.board').width === 400")
      try browser.wait(until: "\(board).length > 3000")
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

  @Test func `what a recording says is shown and never run`() throws {
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

  @Test func `a phone, a dark room and a screen reader are served`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train lake --episodes 300 --seed 1 -o l.sqlite", "report l.sqlite -o l.html", in: folder)
      try browser.become(width: 390, height: 844, isPhone: true)
      try browser.visit("\(folder)/l.html")
      #expect(
        try browser.value("document.documentElement.scrollWidth <= innerWidth") == true,
        "nothing stands beyond the screen")
      #expect(
        try browser.value(
          "[...document.querySelectorAll('button, select')].every((one) => one.offsetHeight >= 40)")
          == true, "fingers find every button")
      try keep("phone", browser)
      let light = try browser.value("getComputedStyle(document.documentElement).backgroundColor")
      try browser.become(width: 1280, height: 900, theme: "dark", motion: "reduce")
      try browser.visit("\(folder)/l.html")
      let dark = try browser.value("getComputedStyle(document.documentElement).backgroundColor")
      #expect(light != dark)
      try keep("dark", browser)
      // Everything that can be worked has a name, and comes in the order of the page.
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
