import Foundation
import Platform
import Rollouts
import TestSupport
import Testing

/// The studio as a real browser shows it; `make test-browser` installs one.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"))
struct StudioBrowserTests {
  @Test func `the library lists, searches, sorts, groups, selects and edits, by keys too`() throws {
    try withStudio(
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
      // A new file is listed within two seconds.
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
      try browser.wait(until: BrowserStudio.isShown)
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
    try withStudio("train \(words) --seed 1 -o runs/run.sqlite -q") { studio in
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
      // It plays, also faster, and stops.
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

  @Test func `a run that is being written can be followed as it grows`() throws {
    try withStudio("train maze --episodes 20 -o runs/old.sqlite -q") { studio in
      let writer = try Program.start(
        line: "train maze --seed 4 --episodes 30000000 -o runs/live.sqlite -q", in: studio.folder)
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
    try withStudio(
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

  @Test func `a recording that is deleted is reported in one sentence`() throws {
    try withStudio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let browser = studio.browser
      try studio.open(run: "m", "?episode=1&t=0")
      _ = try Program.shell("rm runs/m.sqlite", in: studio.folder)
      usleep(700_000)
      try browser.press("End")
      try browser.wait(until: "document.querySelector('.trouble').textContent.length > 5")
      // The browser logs the refused request.
      browser.forget()
    }
  }

  @Test func `recordings of other programs are shown like Reel's own`() throws {
    let python = "\(Repository.root)/.build/python/base/bin/python"
    // `make test` makes that environment; without it no such recording can be made.
    guard FileManager.default.fileExists(atPath: python) else { return }
    try withStudio("train maze --episodes 40 -o runs/m.sqlite -q") { studio in
      let made = try Program.shell(
        "PYTHONPATH='\(Repository.root)/Python' '\(python)' -W ignore '\(Repository.root)/Tests/Reference/foreign.py' runs",
        in: studio.folder)
      try #require(made.code == 0, "\(made.errors)")
      for kind in ["table", "choices", "numbers", "pixels", "dictionary", "vector", "sessions"] {
        try studio.open(run: kind, "?episode=1&t=0")
        let shown = "document.querySelector('.stage canvas').dataset.shown"
        try studio.press("ArrowRight", until: "\(shown) === '1 1'")
        try studio.press("End", until: "\(shown) !== '1 1'")
        try studio.browser.wait(until: "document.querySelector('.words').children.length > 0")
        if kind == "pixels" || kind == "dictionary" { try studio.inspect("run-\(kind)") }
      }
    }
  }

  @Test func `a language model's training and the text it wrote have pages too`() throws {
    try withStudio(
      "train text --text /usr/share/common-licenses/GPL-3 --preset nano --set steps=40 --set evaluate_every=20 -o runs/t.sqlite -q",
      "generate runs/t.sqlite --prompt The --tokens 30 -o runs/w.sqlite -q"
    ) { studio in
      try studio.open(
        "/run/\(studio.id("t"))", until: "document.querySelector('.learning img')?.naturalWidth > 0"
      )
      try studio.inspect("run-text")
      try studio.open(run: "w", "?episode=1&t=0")
      let shown = "document.querySelector('.stage canvas').dataset.shown"
      try studio.press("ArrowRight", until: "\(shown) === '1 1'")
      try studio.inspect("run-written")
    }
  }
}
