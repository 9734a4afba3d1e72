import Analysis
import Raster
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct HeatMapTests {
  /// Every world of discrete states, with the layout that its recordings give.
  static func worlds() throws -> [(name: String, world: any TabularWorld)] {
    let maps = [
      "reel map maze\n\nS...\n.#..\n..#.\n...G\n", "reel map lake\n\nSFFF\nFHFH\nFFFH\nHFFG\n",
      "reel map grid\n\n_ _ _ 1\n_ # _ -1\nS _ _ _\n",
    ]
    return try maps.map { text in
      let map = try GridMap(parsing: text)
      return (map.kind.rawValue, GridWorld(map))
    } + [("crawler", Crawler())]
  }

  private func map(
    _ world: any TabularWorld, _ table: QTable, of quantity: HeatMap.Quantity = .values
  ) throws -> HeatMap {
    HeatMap(
      table, layout: try #require(StateLayout(world.description.fields)),
      actions: world.description.actions, of: quantity)
  }

  /// What one picture shows and another does not.
  private struct Difference {
    /// Its pixels, and how much each differs.
    var ink: [(x: Double, y: Double, weight: Double)] = []

    init(_ first: Canvas, _ second: Canvas) {
      let width = first.width
      first.withPixels { left in
        second.withPixels { right in
          for index in left.indices where left[index] != right[index] {
            let weight = Double(Color(left[index]).distance(to: Color(right[index])))
            ink.append((Double(index % width), Double(index / width), weight))
          }
        }
      }
    }

    /// The middle of the box around it.
    var middle: (x: Double, y: Double) {
      let (xs, ys) = (ink.map(\.x), ink.map(\.y))
      return (
        ((xs.min() ?? 0) + (xs.max() ?? 0)) / 2, ((ys.min() ?? 0) + (ys.max() ?? 0)) / 2
      )
    }

    /// The middle of its ink.
    var center: (x: Double, y: Double) {
      let sum = ink.reduce(0) { $0 + $1.weight }
      return (
        ink.reduce(0) { $0 + $1.x * $1.weight } / sum, ink.reduce(0) { $0 + $1.y * $1.weight } / sum
      )
    }

    /// How wide it is ahead of its middle and behind it: an arrow's head is in front.
    func breadths(along dx: Int, _ dy: Int) -> (ahead: Double, behind: Double) {
      let middle = middle
      func breadth(_ side: Double) -> Double {
        let part = ink.filter {
          (($0.x - middle.x) * Double(dx) + ($0.y - middle.y) * Double(dy)) * side > 0
        }
        let sum = part.reduce(0) { $0 + $1.weight }
        return part.reduce(0) {
          $0 + abs(($1.x - middle.x) * Double(dy) - ($1.y - middle.y) * Double(dx)) * $1.weight
        } / sum
      }
      return (breadth(1), breadth(-1))
    }
  }

  /// A table that has learned that one action is good in one state.
  private func table(_ world: any TabularWorld, _ state: Int, _ action: Int) -> QTable {
    var table = QTable(world.dynamics)
    table.update(
      state, action, reward: 1, next: state, terminated: true, alpha: 1, gamma: 1)
    return table
  }

  @Test func `every arrow points where its action leads`() throws {
    for (name, world) in try Self.worlds() {
      let meanings = world.description.actions
      for state in 0..<world.dynamics.states {
        for action in 0..<world.dynamics.actions where world.dynamics.isLegal(action, in: state) {
          let meaning = meanings[action]
          let next = Int(world.dynamics.outcome(state, executing: action).next)
          guard meaning.dx != 0 || meaning.dy != 0, next != state else { continue }
          let here = try map(world, table(world, state, action))
          let size = 110 + 20 * max(here.rows, here.columns)
          // The cells are too small for numbers, so the styles differ only in the arrow.
          let arrows = HeatMapChart(like: here, style: .arrows, size: size)
          let plain = HeatMapChart(like: here, style: .plain, scale: arrows.scale, size: size)
          let arrow = Difference(try arrows.canvas(here), try plain.canvas(here))
          try #require(arrow.ink.count > 12, "\(name): an arrow is drawn")
          let breadth = arrow.breadths(along: meaning.dx, meaning.dy)
          #expect(breadth.ahead > breadth.behind * 1.3, "\(name) \(state) \(meaning.name)")
          // And the cell that it points to is the one that the action leads to.
          guard world.dynamics.isLegal(action, in: next) else { continue }
          let there = try map(world, table(world, next, action))
          let neighbour = Difference(try arrows.canvas(there), try plain.canvas(there))
          let (from, to) = (arrow.middle, neighbour.middle)
          #expect(((to.x - from.x) * Double(meaning.dx) > 0) == (meaning.dx != 0))
          #expect(((to.y - from.y) * Double(meaning.dy) > 0) == (meaning.dy != 0))
        }
      }
    }
  }

  @Test func `every triangle is on the side its action leads to`() throws {
    for (name, world) in try Self.worlds() {
      let state = world.dynamics.start
      for action in 0..<world.dynamics.actions where world.dynamics.isLegal(action, in: state) {
        let meaning = world.description.actions[action]
        let learned = try map(world, table(world, state, action))
        let chart = HeatMapChart(like: learned, style: .triangles, size: 480)
        let plain = HeatMapChart(like: learned, style: .plain, scale: chart.scale, size: 480)
        let nothing = try chart.canvas(try map(world, QTable(world.dynamics)))
        let filled = Difference(try chart.canvas(learned), nothing).center
        let cell = Difference(try plain.canvas(learned), nothing).center
        let (lean, rise) = (filled.x - cell.x, filled.y - cell.y)
        #expect(meaning.dx == 0 ? abs(lean) < 2 : lean * Double(meaning.dx) > 4, "\(name)")
        #expect(meaning.dy == 0 ? abs(rise) < 2 : rise * Double(meaning.dy) > 4, "\(name)")
      }
    }
  }

  @Test func `there is no arrow and no value where nothing was learned`() throws {
    for (name, world) in try Self.worlds() {
      let empty = try map(world, QTable(world.dynamics))
      #expect(empty.values.allSatisfy { $0.isNaN })
      #expect(empty.greedy.allSatisfy { $0 == 0 })
      let arrows = HeatMapChart(like: empty, style: .arrows)
      let plain = HeatMapChart(like: empty, style: .plain)
      let drawn = Difference(try arrows.canvas(empty), try plain.canvas(empty))
      #expect(drawn.ink.isEmpty, "\(name)")
      // Visited, but all actions are still worth the same: a value, and no arrow.
      var same = QTable(world.dynamics)
      same.update(
        world.dynamics.start, 0, reward: 0, next: 0, terminated: true, alpha: 1, gamma: 1)
      let visited = try map(world, same)
      #expect(visited.values.count { !$0.isNaN } == 1)
      #expect(visited.greedy.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  @Test func `CS188's states count from the bottom, a map's rows from the top`() throws {
    let world = try #require(try Self.worlds().first { $0.name == "grid" }?.world)
    // (x, y) = (3, 2) is state 2 · 4 + 3 and the upper right cell.
    let corner = try map(world, table(world, 11, GridWorld.exitAction))
    #expect(corner.value(0, 3) == 1)
    #expect(corner.states[3] == 11)
    #expect(corner.greedyActions(0, 3) == [GridWorld.exitAction])
    #expect(corner.values.count { !$0.isNaN } == 1)
  }

  @Test func `a heat map's CSV has every number`() throws {
    let world = try #require(try Self.worlds().first { $0.name == "maze" }?.world)
    var table = table(world, 0, 1)
    table.update(0, 3, reward: -0.1, next: 0, terminated: true, alpha: 1, gamma: 1)
    let map = try map(world, table)
    let lines = map.csv.split(separator: "\n")
    #expect(lines[0] == "row,column,state,cell,value,best,visits,q_up,q_down,q_left,q_right")
    #expect(lines[1] == "0,0,0,floor,1,down,2,,1,,-0.1")
    #expect(lines[2] == "0,1,1,floor,,,0,,,,")
    #expect(lines.count == 17)
  }

  @Test func `visits are coloured by orders of magnitude`() throws {
    let world = try #require(try Self.worlds().first { $0.name == "lake" }?.world)
    var table = QTable(world.dynamics)
    for state in 0..<3 {
      for _ in 0..<[1, 10, 100][state] {
        table.update(state, 0, reward: 0, next: 0, terminated: true, alpha: 1, gamma: 1)
      }
    }
    let map = try map(world, table, of: .visits)
    #expect(map.value(0, 2) == 100)
    let scale = ColorScale(fitting: CollectionOfOne(map), of: .visits)
    #expect(scale.share(of: 1) == 0 && abs(scale.share(of: 10) - 0.5) < 1e-9)
    #expect(scale.share(of: 100) == 1)
  }

  @Test func `a scale diverges from zero where both signs matter, and a film keeps one scale`() {
    #expect(ColorScale(fitting: -1...1).kind == .diverging)
    #expect(ColorScale(fitting: -5...100).kind == .linear)
    #expect(ColorScale(fitting: 3...3).range.contains(3))
    let small = HeatMap(values: [0, 1], rows: 1, columns: 2)
    let large = HeatMap(values: [.nan, 40], rows: 1, columns: 2)
    #expect(ColorScale(fitting: [small, large]).range == 0...40)
  }

  @Test(arguments: Theme.all, [-2.0...2, -2...10, -10...3.5, 0...7, 0...0, 4...9, -1e-9...1e-12])
  func `a diverging scale ends at its extreme values, and equal magnitudes have equal strength`(
    theme: Theme, bounds: ClosedRange<Double>
  ) {
    let scale = ColorScale(.diverging, bounds)
    let limit = max(-bounds.lowerBound, bounds.upperBound)
    let step = limit / 16.5
    #expect(scale.range.lowerBound <= min(0, bounds.lowerBound) * (1 - 1e-12))
    #expect(scale.range.upperBound >= max(0, bounds.upperBound) * (1 - 1e-12))
    let colors = scale.map(in: theme).colors
    if limit > 0 {
      // Less than one colour is unused on each side.
      #expect(min(0, bounds.lowerBound) - scale.range.lowerBound < step * 1.01)
      #expect(scale.range.upperBound - max(0, bounds.upperBound) < step * 1.01)
      #expect(
        abs(Double(colors.count) * step - (scale.range.upperBound - scale.range.lowerBound)) < step
          / 1e6)
      let whole = theme.diverging
      for share in stride(from: -1.0, through: 1, by: 0.13)
      where scale.range.contains(share * limit) {
        #expect(
          scale.color(of: share * limit, in: theme) == whole.color(for: share * limit, limit: limit)
        )
      }
    }
    #expect(scale.color(of: 0, in: theme) == theme.diverging.colors[16])
    #expect(
      scale.share(of: scale.range.lowerBound) == 0 && scale.share(of: scale.range.upperBound) == 1)
  }

  @Test func `small, large, wide and tall maps give pictures of even size`() throws {
    for (rows, columns) in [(1, 1), (1, 2), (2, 1), (1, 60), (60, 1), (9, 13), (1000, 1000)] {
      let map = HeatMap(
        values: (0..<rows * columns).map(Double.init), rows: rows, columns: columns)
      for size in [nil, 160, 640] as [Int?] {
        let chart = HeatMapChart(like: map, title: "A map", size: size)
        #expect(chart.width.isMultiple(of: 2) && chart.height.isMultiple(of: 2))
        _ = try chart.canvas(map)
      }
    }
  }

  @Test(arguments: [484, 960])
  func `long titles and subtitles wrap inside the picture`(
    size: Int
  ) throws {
    let map = HeatMap(values: [0, 1, 2, 3], rows: 2, columns: 2)
    let words = (1...24).map { "word\($0)" }.joined(separator: " ")
    let short = HeatMapChart(like: map, title: "A map", subtitle: "after 9 steps", size: size)
    let long = HeatMapChart(like: map, title: words, subtitle: words, size: size)
    #expect(max(long.width, long.height) <= size && long.board.width < short.board.width)
    #expect(long.board.top > short.board.top)
    let canvas = try long.canvas(map, subtitle: words)
    for x in [0, 1, canvas.width - 2, canvas.width - 1] {
      for y in 0..<canvas.height {
        #expect(canvas.color(x: x, y: y) == Theme.light.background)
      }
    }
  }

  @Test func `directions are named where they are not those of a map`() throws {
    #expect(HeatMapChart.directions(of: Crawler().description.fields) == "↑ arm   → hand")
    for (name, world) in try Self.worlds() where name != "crawler" {
      #expect(HeatMapChart.directions(of: world.description.fields).isEmpty)
    }
  }

  @Test func `a growing table's film ends with a pause`() throws {
    let maps = [0.5, 1, 2].map { HeatMap(values: [0, $0], rows: 1, columns: 2) }
    let chart = HeatMapChart(like: maps[0], scale: ColorScale(fitting: maps))
    let film = HeatMapFilm(chart, frames: 3) { (maps[$0], "step \($0)") }
    #expect(film.frameCount == 3 && film.width == chart.width && film.height == chart.height)
    #expect((0..<3).map { film.hold(after: $0) } == [0, 0, 150])
    let canvas = try Canvas(width: film.width, height: film.height)
    for frame in 0..<3 { try film.draw(frame, onto: canvas) }
  }

  @Test func `a film of a growing table fits one palette`() throws {
    for theme in Theme.all {
      for style in HeatMapChart.Style.allCases {
        var tables: [QTable] = []
        let world = GridWorld(try GridMap(parsing: "reel map lake\n\nSFFF\nFHFH\nFFFH\nHFFG\n"))
        var table = QTable(world.dynamics)
        var stream = Stream(seed: 5, purpose: .map)
        for step in 1...600 {
          let (state, action) = (
            Int.random(in: 0..<16, using: &stream), Int.random(in: 0..<4, using: &stream)
          )
          table.update(
            state, action, reward: Double.random(in: -1...1, using: &stream), next: 0,
            terminated: true, alpha: 0.3, gamma: 1)
          if step.isMultiple(of: 50) { tables.append(table) }
        }
        let maps = try tables.map { try map(world, $0) }
        let chart = HeatMapChart(
          like: maps[0], style: style,
          scale: ColorScale(fitting: maps, actions: style == .triangles), title: "Growing",
          theme: theme)
        var film = HeatMapFilm(chart, frames: maps.count) { (maps[$0], "step \($0 * 50)") }
        try expectPaletteKeepsItsPromise(&film, "\(theme.name) \(style)")
      }
    }
  }

  @Test func `a terminal shows arrows and values, in ASCII where it must`() throws {
    let world = try #require(try Self.worlds().first { $0.name == "maze" }?.world)
    let learned = try map(world, table(world, 0, 1))
    let scale = ColorScale(fitting: CollectionOfOne(learned))
    let plain = learned.text(TerminalStyle(), scale: scale)
    #expect(plain.utf8.allSatisfy { $0 < 128 })
    #expect(plain.split(separator: "\n").first?.contains("v 1.00") == true)
    #expect(plain.contains("nothing learned yet"))
    let rich = learned.text(TerminalStyle(colors: .full, isUnicode: true), scale: scale)
    #expect(rich.contains("↓ 1.00") && rich.contains("\u{1B}[48;2;"))
    let narrow = learned.text(TerminalStyle(isUnicode: true, width: 20), scale: scale)
    #expect(narrow.hasPrefix("↓ "))
  }
}
