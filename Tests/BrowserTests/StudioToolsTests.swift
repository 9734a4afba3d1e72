import Foundation
import Recordings
import Rollouts
import TestSupport
import Testing

/// The studio's pages that make something, in a real browser.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct StudioToolsTests {
  @Test(arguments: ["maze", "lake", "grid", "crawler", "snake", "city", "breakout", "reacher"])
  func `a world is driven by keys, and the game is recorded`(world: String) throws {
    try withStudio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open("/drive", until: "document.querySelectorAll('.worlds button').length === 8")
      if world == "maze" { try studio.inspect("drive") }
      try browser.value(
        "document.querySelector('.worlds img[data-world=\(world)]').closest('button').click()")
      let shown = "document.querySelector('.stage canvas')?.dataset.shown"
      try browser.wait(until: "\(shown) === '1 0'")
      try browser.value("document.querySelector('.stage figure').focus()")
      for key in ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "1", "2", " "] {
        try browser.press(key)
        usleep(150_000)
      }
      try browser.wait(until: "\(shown) !== '1 0'")
      try studio.press("p", until: "true")
      if world == "snake" { try studio.inspect("drive-\(world)") }
      try studio.press(
        "k", until: "document.querySelector('.end a, .stage a[href^=\"/run/\"]') !== null")
      let played = "\(studio.folder)/runs/\(world)-played-1.sqlite"
      #expect(FileManager.default.fileExists(atPath: played))
      let proof = try Program.reel("verify", played, "--replay", in: studio.folder)
      #expect(proof.code == 0, "\(proof.errors)")
      #expect(try Recording(played).description().purpose == .play)
    }
  }

  @Test func `an agent's episode is taken over in the middle and handed back`() throws {
    try withStudio("train maze --seed 1 --episodes 300 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open(run: "m", "?episode=300&t=2")
      try studio.press("d", until: "location.pathname === '/drive'")
      let shown = "document.querySelector('.stage canvas')?.dataset.shown"
      try browser.wait(until: "\(shown) === '300 2'")
      try browser.wait(until: "document.querySelectorAll('.values li').length === 4")
      try studio.press(
        "h",
        until:
          "document.querySelector('.values').hidden || document.querySelector('.values').offsetHeight === 0"
      )
      try studio.press("h", until: "document.querySelector('.values').offsetHeight > 0")
      let driver = "document.querySelector('.who [aria-pressed=true]').textContent"
      try studio.press("t", until: "\(driver).includes('agent')")
      try browser.wait(until: "\(shown) !== '300 2'")
      try studio.press("ArrowRight", until: "\(driver).includes('You')")
      try studio.inspect("drive-agent")
    }
  }

  @Test func `a text is written, explained, forked and kept`() throws {
    try withStudio(
      "train text --text /usr/share/common-licenses/GPL-3 --preset nano --set steps=40 --set evaluate_every=20 -o runs/t.sqlite -q"
    ) {
      studio in
      let browser = studio.browser
      try studio.open(
        "/write?model=\(studio.id("t"))", until: "document.querySelector('.form textarea') !== null"
      )
      try browser.wait(until: "document.querySelectorAll('.insight li').length > 3")
      try browser.value("document.querySelector('.form textarea').focus()")
      for letter in "The" { try browser.press(String(letter)) }
      try browser.value("document.querySelector('.form .main').click()")
      let symbols = "document.querySelectorAll('[aria-label=Text] .symbol')"
      try browser.wait(until: "\(symbols).length > 60")
      try browser.wait(until: "!document.querySelector('.form .main').disabled")
      // A click on a symbol lists the candidates it was chosen from.
      try browser.value("\(symbols)[40].click()")
      try browser.wait(
        until:
          "document.querySelectorAll('.insight .candidates button, .insight .candidates li').length > 3"
      )
      try studio.inspect("write")
      let keep =
        "[...document.querySelectorAll('button')].find((one) => one.textContent === 'Keep …')"
      try browser.wait(until: "!\(keep).disabled")
      try browser.value("\(keep).click()")
      try browser.wait(until: "document.querySelector('dialog[open] .main') !== null")
      try browser.value("document.querySelector('dialog[open] .main').click()")
      try browser.wait(until: "document.querySelector('a[href^=\"/run/\"]') !== null")
    }
  }

  @Test func `a form shows what is wrong with a setting, and trains`() throws {
    try withStudio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open("/train", until: "document.querySelectorAll('.setting').length > 4")
      try studio.inspect("train")
      let alpha =
        "[...document.querySelectorAll('.setting')].find((one) => one.textContent.startsWith('alpha'))"
      try browser.value(
        "const box = \(alpha).querySelector('input'); box.value = '7'; box.dispatchEvent(new Event('input', { bubbles: true }))"
      )
      try browser.wait(until: "\(alpha).querySelector('.trouble').textContent.length > 5")
      try browser.value(
        "const again = \(alpha).querySelector('input'); again.value = '0.3'; again.dispatchEvent(new Event('input', { bubbles: true }))"
      )
      try browser.wait(
        until: "document.querySelector('.verdict').textContent.includes('alpha=0.3')")
      try browser.wait(until: "!document.querySelector('.verdict .main').disabled")
      try browser.value("document.querySelector('.verdict .main').click()")
      try browser.wait(until: "document.querySelectorAll('.runs li').length === 1")
      try browser.wait(until: "document.querySelector('.runs').textContent.includes('done')")
      try browser.wait(until: "document.querySelector('.runs a[href^=\"/run/\"]') !== null")
    }
  }

  @Test func `a map is painted, checked and saved`() throws {
    try withStudio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      for name in ["maze", "city"] {
        try studio.open("/maps", until: "document.querySelectorAll('.tab').length === 4")
        try browser.value(
          "[...document.querySelectorAll('.tab')].find((one) => one.textContent.toLowerCase() === '\(name)').click()"
        )
        try browser.wait(until: "document.querySelector('.findings').children.length > 2")
        try studio.inspect("maps-\(name)")
      }
      try browser.value(
        "[...document.querySelectorAll('.tab')].find((one) => one.textContent.toLowerCase() === 'maze').click()"
      )
      try browser.wait(until: "document.querySelector('.findings').textContent.includes('4 rows')")
      try studio.press("s", until: "document.querySelector('dialog[open] input') !== null")
      try browser.value(
        "const name = document.querySelector('dialog[open] input'); name.value = 'drawn'; "
          + "name.dispatchEvent(new Event('input', { bubbles: true })); "
          + "document.querySelector('dialog[open] .main').click()")
      let file = "\(studio.folder)/maps/mazes/drawn.txt"
      // The dialog names the file before it is written; the panel, after.
      try browser.wait(
        until: "[...document.querySelectorAll('.saved:not([hidden])')]"
          + ".some((panel) => panel.textContent.includes('drawn.txt'))")
      #expect(FileManager.default.fileExists(atPath: file))
      let check = try Program.reel("map", "check", file, in: studio.folder)
      #expect(check.code == 0, "\(check.output)\(check.errors)")
    }
  }
}
