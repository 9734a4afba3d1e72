import Foundation
import Rollouts
import TestSupport
import Testing

/// The site that `make site` builds from the documentation, in a real browser.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct SiteTests {
  /// The site in a folder of its own, and a browser.
  private func site(_ body: (Browser, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let made = try Program.shell(
        "'\(Repository.root)/.ci/site' '\(folder)/site'", in: Repository.root)
      try #require(made.code == 0, "\(made.errors)")
      try body(try Browser(in: folder), "\(folder)/site")
    }
  }

  @Test
  func `every page fits a phone and a desktop in both themes, and loads only its own files`()
    throws
  {
    try site { browser, site in
      let pages = try FileManager.default.contentsOfDirectory(atPath: site).filter {
        $0.hasSuffix(".html")
      }.sorted()
      #expect(pages.count > 20)
      for page in pages {
        try browser.visit("\(site)/\(page)")
        for (theme, width) in [("light", 1440), ("dark", 390)] {
          try browser.become(width: width, height: 900, theme: theme)
          usleep(100_000)
          let wide = try browser.value("document.documentElement.scrollWidth")
          #expect((wide.int ?? .max) <= width, "\(page) fits \(width) pixels")
          if ["index.html", "worlds.html", "cli.html", "lessons.html"].contains(page) {
            try browser.screenshot(
              to: "\(Repository.root)/.scratch/browser/site-\(page)-\(theme).png")
          }
        }
        // Pictures that are missing have no width.
        let missing = try browser.value(
          "[...document.images].filter((one) => one.complete && !one.naturalWidth).map((one) => one.src).join()"
        )
        #expect(missing == "", "\(page)")
        for event in browser.events {
          switch event.method {
          case "Runtime.exceptionThrown", "Log.entryAdded":
            Issue.record("\(page): \(event.parameters.compact.prefix(300))")
          case "Network.requestWillBeSent":
            let url = event.parameters["request"]?["url"]?.text ?? ""
            #expect(url.hasPrefix("file://\(site)/"), "\(page) asks for \(url.prefix(80))")
          default: break
          }
        }
      }
    }
  }

  @Test func `search works by keyboard alone, and the site is accessible`() throws {
    try site { browser, site in
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(site)/index.html")
      try browser.expectAccessible("the first page")
      try browser.press("/")
      for letter in "install" { try browser.press(String(letter)) }
      try browser.wait(
        until: "[...document.querySelectorAll('.search li a')].length > 0 "
          + "&& document.querySelector('.search li a').textContent.toLowerCase().includes('install')"
      )
      try browser.expectAccessible("the search")
      try browser.press("Enter")
      try browser.wait(
        until:
          "location.pathname.endsWith('.html') && !location.pathname.endsWith('index.html') || location.hash !== ''"
      )

      // On a phone the pages are behind a button.
      try browser.become(width: 390, height: 800, isPhone: true, theme: "dark")
      try browser.visit("\(site)/worlds.html")
      let isShown = "getComputedStyle(document.querySelector('#pages')).display !== 'none'"
      #expect(try browser.value(isShown) == false)
      try browser.value("document.querySelector('.menu').click()")
      #expect(try browser.value(isShown) == true)
      try browser.expectAccessible("a page on a phone")
    }
  }
}
