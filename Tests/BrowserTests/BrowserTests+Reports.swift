import Foundation
import Rollouts
import Testing

/// Reports of many runs and of texts, and on screens of every width.
extension BrowserTests {
  @Test func `charts can be read on every screen, and long commands scroll in their box`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train lake --episodes 300 --seed 1 --set alpha=0.123456 --set gamma=0.987654"
          + " --set noise=0.123 --set snapshot_every=777 -o a-very-long-name-of-a-recording.sqlite",
        "report a-very-long-name-of-a-recording.sqlite -o l.html", in: folder)
      for (width, size) in [
        (320, "narrow"), (390, "narrow"), (520, "narrow"), (521, "medium"), (844, "medium"),
        (900, "medium"), (901, "wide"), (1280, "wide"),
      ] {
        try browser.become(width: width, height: 844, isPhone: width < 900)
        try browser.visit("\(folder)/l.html")
        let shown = try browser.value(
          "[...document.querySelectorAll('.curve')].filter((one) => one.getClientRects().length)"
            + ".map((one) => one.classList[1]).join()")
        #expect(shown.text == size, "\(width)")
        let letters = try browser.value(
          """
          Math.min(...[...document.querySelectorAll('.curve.\(size) text')].map((one) =>
            parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a))
          """)
        #expect((letters.double ?? 0) >= 11, "\(width): \(letters)")
        #expect(
          try browser.value("document.documentElement.scrollWidth <= innerWidth") == true,
          "\(width): nothing extends beyond the screen")
        let box = "[...document.querySelectorAll('.card > pre')].at(-1)"
        #expect(
          try browser.value("\(box).scrollWidth > \(box).clientWidth || \(width) > 900") == true,
          "\(width)")
      }
    }
  }

  @Test func `many runs are shown by group, with one run of each in full`() throws {
    try Self.pages { browser, folder in
      try reel(
        "train maze --seeds 1-4 --episodes 200 --set alpha=0.1 -o a.sqlite",
        "train maze --seeds 1-4 --episodes 200 --set alpha=0.6 -o b.sqlite",
        "report a-s1.sqlite a-s2.sqlite a-s3.sqlite a-s4.sqlite b-s1.sqlite b-s2.sqlite"
          + " b-s3.sqlite b-s4.sqlite -o g.html", in: folder)
      for (name, width, theme) in [
        ("groups", 1280, "light"), ("groups-dark", 1280, "dark"), ("groups-phone", 390, "light"),
      ] {
        try browser.become(width: width, height: 900, isPhone: width < 500, theme: theme)
        try browser.visit("\(folder)/g.html")
        try browser.wait(until: Self.isPainted(theme))
        #expect(try browser.value("document.querySelectorAll('.player').length") == 2)
        #expect(try browser.value("document.querySelectorAll('details.member').length") == 6)
        try browser.value("document.querySelector('details.member').open = true")
        #expect(
          try browser.value("document.querySelector('details.member pre').offsetHeight > 0") == true
        )
        #expect(try browser.value("document.documentElement.scrollWidth <= innerWidth") == true)
        try keep(name, browser)
      }
      // A point along the curves is read for each group, and moves both heat maps.
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/g.html")
      try browser.wait(until: Self.isPainted())
      for type in ["pointermove", "click"] {
        try browser.value(
          """
          (() => {
            const one = document.querySelector('.curve.wide'), box = one.getBoundingClientRect();
            one.dispatchEvent(new PointerEvent('\(type)', { clientX: box.left + box.width * 0.4,
              clientY: box.top + box.height * 0.5 }));
          })()
          """)
      }
      let reading = try browser.value("document.querySelector('figcaption .reading').textContent")
      #expect(
        reading.text?.contains(/^Episode \d+: mean alpha 0.1 \S+, alpha 0.6 \S+$/) == true,
        "\(reading)")
      #expect(
        try browser.value(
          "[...document.querySelectorAll('.heat')].every((one) => one.dataset.moment < 59)") == true
      )
      expectQuiet(browser, "\(folder)/g.html")
    }
  }

  @Test func `a language model's report shows its losses and its texts`() throws {
    try Self.pages { browser, folder in
      let poem = String(
        repeating: "the <b>cat sat on the mat, and the dog sat on the log.\n", count: 60)
      try Data(poem.utf8).write(to: URL(fileURLWithPath: "\(folder)/poem.txt"))
      try reel(
        "train text --text poem.txt --preset nano --steps 100 --seed 1 -o t.sqlite",
        "generate t.sqlite --prompt 'the <b>cat' --tokens 120 --samples 3 -o w.sqlite",
        "report t.sqlite w.sqlite -o t.html", "report t.sqlite -o alone.html", in: folder)
      for (name, file, width, theme) in [
        ("text", "t", 1280, "light"), ("text-dark", "alone", 1280, "dark"),
        ("text-phone", "t", 390, "light"),
      ] {
        try browser.become(width: width, height: 900, isPhone: width < 500, theme: theme)
        try browser.visit("\(folder)/\(file).html")
        #expect(try browser.value("document.documentElement.scrollWidth <= innerWidth") == true)
        try keep(name, browser)
      }
      try browser.become(width: 1280, height: 900)
      try browser.visit("\(folder)/t.html")
      #expect(try browser.value("document.querySelectorAll('blockquote').length") == 3)
      #expect(
        try browser.value("document.querySelector('blockquote strong').textContent")
          == "the <b>cat")
      try browser.value(
        """
        (() => {
          const one = document.querySelector('.curve.wide'), box = one.getBoundingClientRect();
          one.dispatchEvent(new PointerEvent('pointermove', { clientX: box.right - 5,
            clientY: box.top + 50 }));
        })()
        """)
      let reading = try browser.value("document.querySelector('figcaption .reading').textContent")
      #expect(
        reading.text?.contains(/^Batch 100: training \d\.\d+, validation \d\.\d+$/) == true,
        "\(reading)")
      expectQuiet(browser, "\(folder)/t.html")
    }
  }
}
