import Analysis
import Raster
import Recordings
import Rollouts
import Testing

@Suite struct CurveTests {
  private func outcomes(_ count: Int, _ value: (Int) -> Double = { Double($0 % 17) - 3.25 })
    -> [EpisodeOutcome]
  {
    (1...count).map {
      EpisodeOutcome(
        number: $0, stepsDone: $0 * 10, seconds: Double($0) * 0.125, totalReturn: value($0))
    }
  }

  @Test func `a curve runs along episodes, steps or time`() {
    let episodes = outcomes(4)
    #expect(Curve(episodes, by: .episodes).x == [1, 2, 3, 4])
    #expect(Curve(episodes, by: .steps).x == [10, 20, 30, 40])
    #expect(Curve(episodes, by: .time).x == [0.125, 0.25, 0.375, 0.5])
  }

  @Test func `a curve's CSV reads back the same numbers`() throws {
    let third = 1.0 / 3
    let curve = Curve(outcomes(2500) { Double($0) * third }, window: 100)
    let lines = try curve.csv.split(separator: "\n")
    #expect(lines[0] == "episode,steps,seconds,return,mean_100,best")
    #expect(lines.count == 2501)
    for (index, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      try #require(fields.count == 6)
      #expect(Int(fields[0]) == index + 1)
      #expect(Double(fields[3]) == curve.returns[index])
      #expect(Double(fields[4]) == curve.average[index])
      #expect(Double(fields[5]) == curve.best[index])
    }
  }

  @Test func `fields that need quotes are quoted`() {
    var table = CSV(["a,b", "c"])
    table.add(["say \"hi\"", "two\nlines"])
    #expect(table.text == "\"a,b\",c\n\"say \"\"hi\"\"\",\"two\nlines\"\n")
    #expect(CSV.number(-0.0) == "0" && CSV.number(.nan) == "" && CSV.number(nil) == "")
    #expect(CSV.number(95) == "95" && CSV.number(0.1) == "0.1")
  }

  @Test(arguments: [
    ("=1+2", "'=1+2"), ("+a", "'+a"), ("-a", "'-a"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
    ("\r=1", "\"'\r=1\""), ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("-0.5", "-0.5"), ("+7", "+7"),
    ("-inf", "-inf"), ("a=b", "a=b"), ("", ""), ("2,1", "\"2,1\""),
  ])
  func `text never becomes a formula, and a number stays a number`(text: String, field: String) {
    #expect(CSV([text]).text == field + "\n")
  }

  @Test func `one extreme episode among 200,000 is visible`() throws {
    for extreme in [123_456, 77] {
      let x = (0..<200_000).map(Double.init)
      let y = x.map { Int($0) == extreme ? 1000.0 : Double(Int($0) % 7) }
      for isLine in [true, false] {
        var chart = Chart(
          title: "", x: Axis("", 0...200_000), y: Axis("", 0...1000), theme: .light)
        let ink = Color(0xFF0000)
        chart.layers = [
          isLine ? .line(x: x, y: y, ink, Stroke(width: 2)) : .dots(x: x, y: y, ink, dense: ink)
        ]
        (chart.width, chart.height) = (480, 270)
        let canvas = try chart.canvas()
        let highest = canvas.withPixels { pixels in
          pixels.firstIndex { Color($0).red > 200 && Color($0).green < 120 }.map { $0 / 480 }
        }
        // The plot starts in the upper quarter, and all other points are at its bottom.
        #expect(highest.map { $0 < 70 } == true, "\(extreme), line: \(isLine)")
      }
    }
  }

  @Test func `a line is broken where a number is missing`() throws {
    var chart = Chart(title: "", x: Axis("", 0...4), y: Axis("", 0...1), theme: .light)
    let ink = Color(0xFF0000)
    chart.layers = [
      .line(x: [0, 1, 2, 3, 4], y: [0.5, 0.5, .nan, 0.5, 0.5], ink, Stroke(width: 4))
    ]
    (chart.width, chart.height) = (400, 200)
    let canvas = try chart.canvas()
    let columns = canvas.withPixels { pixels in
      Set(pixels.indices.filter { pixels[$0] & 0xFF_FFFF == 0xFF0000 }.map { $0 % 400 })
    }
    let inked = columns.sorted()
    let gaps = zip(inked, inked.dropFirst()).filter { $1 - $0 > 1 }
    #expect(gaps.count == 1)
  }

  @Test func `every chart keeps its text inside the picture, in both themes`() throws {
    for theme in Theme.all {
      for (width, height) in [(960, 540), (480, 270), (320, 320), (240, 160)] {
        var chart = Curve(outcomes(300) { Double($0) * -1e5 }, by: .steps)
          .chart(title: String(repeating: "A long title ", count: 12), theme: theme)
        (chart.width, chart.height) = (width, height)
        let canvas = try chart.canvas()
        canvas.withPixels { pixels in
          for y in 0..<height {
            #expect(Color(pixels[y * width]).hex == theme.background.hex)
            #expect(Color(pixels[y * width + width - 1]).hex == theme.background.hex)
          }
          for x in 0..<width {
            #expect(Color(pixels[x]).hex == theme.background.hex)
            #expect(Color(pixels[(height - 1) * width + x]).hex == theme.background.hex)
          }
        }
      }
    }
  }

  @Test func `the smoothing is named on the chart`() {
    let chart = Curve(outcomes(100), window: 50).chart(title: "Maze")
    #expect(chart.subtitle == "100 episodes, 1,000 steps, smoothed by a 50-episode mean")
    #expect(chart.legend.map(\.name) == ["50-episode mean", "each episode", "best so far"])
    let raw = Curve(outcomes(100), window: 1).chart(title: "Maze")
    #expect(raw.subtitle.contains("not smoothed"))
    #expect(raw.legend.map(\.name) == ["each episode", "best so far"])
  }

  @Test(arguments: [
    (0, 1), (4, 1), (20, 4), (60, 12), (249, 49), (250, 50), (1000, 50), (2000, 50), (10_000, 250),
  ])
  func `the default window depends on the number of episodes`(count: Int, window: Int) {
    #expect(Curve.usualWindow(of: count) == window)
    #expect(Curve.usualWindow(of: count, .metric("losses/td_loss")) == 1)
    if count > 0 { #expect(Curve(outcomes(count)).window == window) }
  }

  @Test func `a curve without episodes is an empty chart, not a crash`() throws {
    let curve = Curve([])
    _ = try curve.chart(title: "Nothing").canvas()
    #expect(try curve.csv.split(separator: "\n").count == 1)
    #expect(curve.text(TerminalStyle()).isEmpty)
  }

  @Test func `a chart is drawn as SVG by the same calls`() throws {
    let svg = try Curve(outcomes(100)).chart(title: "Maze").svg()
    let text = String(decoding: svg, as: UTF8.self)
    #expect(text.hasPrefix("<?xml") && text.contains("</svg>"))
    #expect(!text.contains("<image"), "lines stay lines")
  }

  @Test func `a curve in the terminal keeps to the given lines and columns`() {
    for isUnicode in [true, false] {
      let text = Curve(outcomes(500)).text(
        TerminalStyle(isUnicode: isUnicode, width: 72), height: 8)
      let lines = text.split(separator: "\n")
      #expect(lines.count == 10)
      #expect(lines.allSatisfy { $0.count <= 72 })
      if !isUnicode { #expect(text.utf8.allSatisfy { $0 < 128 }) }
    }
  }
}
