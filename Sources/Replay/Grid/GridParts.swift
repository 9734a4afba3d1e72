package import Raster
import Worlds

/// A film of a grid world that can be taken apart.
package protocol GridFilm: FrameSource {
  /// Its painter.
  var gridPainter: GridPainter { get }
  /// The scene of a frame.
  mutating func gridScene(of frame: Int) throws -> GridScene
}

extension EpisodeFilm: GridFilm where Drawing == GridPainter, Drawing.Scene == GridScene {
  /// Its painter.
  package var gridPainter: GridPainter { painter }
  /// The scene of a frame.
  package mutating func gridScene(of frame: Int) throws -> GridScene { try scene(of: frame) }
}

/// Scenes of a grid world in parts, for pages that assemble them: a board that never
/// changes, and sprites on top of its cells.
///
/// Every sprite is cut from a scene as its painter draws it. Painters of one size, such as a light and a
/// dark one, give the same cuts.
package struct GridParts {
  /// A picture on top of a cell.
  package struct Sprite {
    /// Its pixels, on a transparent background.
    package var canvas: Canvas
    /// The place of its upper left corner, in pixels from the cell's.
    package var x: Int
    package var y: Int
  }

  /// A sprite's number, and its cell, counted row by row from the top.
  package struct Placement: Hashable {
    package var sprite: Int
    package var cell: Int
  }

  /// The sprites of one frame.
  package struct Frame {
    /// From back to front; the last one is the agent.
    package var placements: [Placement]
    /// The agent's sprite while it moves here; nil in the first frame.
    package var walking: Int?
    /// The piece of trail that this frame adds: its youngest sprite.
    package var step: Placement?
    /// The age of the youngest visible piece of trail.
    package var youngest: Int
  }

  /// The painters' boards, up to their rims.
  package let boards: [Canvas]
  /// The painters' sprites: the first index is the painter, the second the number.
  package private(set) var sprites: [[Sprite]]
  /// The distance from a board's edges to the cells, in pixels.
  package let rim: Int
  /// What is added to the number of a piece's youngest sprite, by age; older pieces are not visible.
  package let trailShades: [Int]

  private let painters: [GridPainter]
  private var numbers: [Key: Int] = [:]

  /// What identifies a sprite.
  private enum Key: Hashable {
    case agent(executed: Int?, kind: Int, stays: Bool)
    case slip(action: Int, executed: Int, stays: Bool, reach: Double)
    case trail(dx: Int, dy: Int, shade: Int)
  }

  /// The parts of scenes by some painters.
  package init(_ painters: [GridPainter]) throws(CanvasError) {
    precondition(!painters.isEmpty, "there is at least one painter")
    self.painters = painters
    let first = painters[0]
    let board = GridBoard(map: first.map, layout: first.layout, theme: first.theme)
    rim = Int(board.rim.rounded(.up))
    let area = first.layout.board.inset(by: -Double(rim))
    var boards: [Canvas] = []
    for painter in painters {
      boards.append(try Canvas(width: Int(area.width), height: Int(area.height)))
      boards[boards.count - 1].copy(painter.background, area, to: Point(0, 0))
    }
    self.boards = boards
    sprites = Array(repeating: [], count: painters.count)
    let colors = first.trailColors.dropLast()
    var shade = -1
    trailShades = colors.indices.map { age in
      if age == 0 || colors[age] != colors[age - 1] { shade += 1 }
      return shade
    }
  }

  private var first: GridPainter { painters[0] }

  /// Cells from left to right.
  package var columns: Int { first.map.columns }
  /// The side of a cell in pixels; a whole number if cells have details.
  package var side: Double { first.layout.cell }

  /// Takes a scene apart.
  package mutating func frame(_ scene: GridScene) throws(CanvasError) -> Frame {
    var frame = Frame(placements: [], youngest: first.newestOfTrail(scene))
    if let previous = scene.previous {
      let stays = previous == scene.state
      if let executed = scene.slip, let action = scene.action, first.layout.cell >= 16 {
        let key = Key.slip(
          action: action, executed: executed, stays: stays, reach: first.slipReach(scene))
        let sprite = try number(of: key, over: previous, from: around(previous, 0.45)) {
          $0.drawSlip(scene, onto: $1)
        }
        frame.placements.append(Placement(sprite: sprite, cell: cell(of: previous)))
      }
      if !stays { frame.step = try step(from: previous, to: scene.state) }
      var way = scene
      way.state = previous
      // While moving it has not bumped into anything yet.
      way.previous = nil
      frame.walking = try agent(way)
    }
    frame.placements.append(Placement(sprite: try agent(scene), cell: cell(of: scene.state)))
    return frame
  }

  private func cell(of state: Int) -> Int {
    let (row, column) = first.map.position(of: state)
    return row * columns + column
  }

  private mutating func agent(_ scene: GridScene) throws(CanvasError) -> Int {
    var key = Key.agent(executed: nil, kind: 0, stays: false)
    if first.layout.cell >= GridBoard.leastDetailed {
      let kind =
        switch first.map.cell(of: scene.state) {
        case .goal: 1
        case .hole: 2
        case .floor, .wall, .exit: 0
        }
      key = .agent(
        executed: scene.details.executed, kind: kind, stays: scene.previous == scene.state)
    }
    return try number(of: key, over: scene.state, from: around(scene.state, 0.2)) {
      $0.drawAgent(scene, onto: $1)
    }
  }

  /// The piece of trail between neighbours, in all its shades.
  private mutating func step(from: Int, to: Int) throws(CanvasError) -> Placement? {
    let (start, end) = (first.map.position(of: from), first.map.position(of: to))
    let (dx, dy) = (end.column - start.column, end.row - start.row)
    guard abs(dx) + abs(dy) == 1 else { return nil }
    let (one, other) = (first.center(of: from), first.center(of: to))
    // Half a line and a soft edge around the trail.
    let room = (first.trailStroke.width / 2 + 1).rounded(.up)
    let area = Rect(
      x: min(one.x, other.x), y: min(one.y, other.y), width: abs(one.x - other.x),
      height: abs(one.y - other.y)
    ).inset(by: -room).aligned
    var youngest: Int?
    for (age, shade) in trailShades.enumerated() where age == trailShades.firstIndex(of: shade) {
      let number = try number(of: .trail(dx: dx, dy: dy, shade: shade), over: from, from: area) {
        $1.stroke(.polyline([one, other]), $0.trailColors[age], $0.trailStroke)
      }
      youngest = youngest ?? number
    }
    return youngest.map { Placement(sprite: $0, cell: cell(of: from)) }
  }

  /// A cell and its surroundings, in shares of its side; dots have a minimum size.
  private func around(_ state: Int, _ share: Double) -> Rect {
    area(of: state).inset(by: -max(8, (first.layout.cell * share).rounded(.up)))
  }

  private func area(of state: Int) -> Rect {
    let (row, column) = first.map.position(of: state)
    return first.layout.rect(row: row, column: column)
  }

  /// The number of a sprite on a cell; it is cut from an area when it appears for the first time.
  private mutating func number(
    of key: Key, over state: Int, from area: Rect, _ paint: (GridPainter, Canvas) -> Void
  ) throws(CanvasError) -> Int {
    if let number = numbers[key] { return number }
    let number = sprites[0].count
    let cell = self.area(of: state)
    for (index, painter) in painters.enumerated() {
      let canvas = try Canvas(
        width: Int(area.width), height: Int(area.height), background: Color(0).opacity(0))
      canvas.isolated {
        canvas.translate(-area.x, -area.y)
        paint(painter, canvas)
      }
      let seen = canvas.seenArea
      let sprite = try Canvas(width: Int(seen.width), height: Int(seen.height))
      sprite.copy(canvas, seen, to: Point(0, 0))
      sprites[index].append(
        Sprite(
          canvas: sprite, x: Int(area.x + seen.x - cell.x), y: Int(area.y + seen.y - cell.y)))
    }
    numbers[key] = number
    return number
  }
}

extension Canvas {
  /// The box around everything that is not transparent; one pixel if there is nothing.
  fileprivate var seenArea: Rect {
    var (left, right, top, bottom) = (width, 0, height, 0)
    withPixels { pixels in
      for y in 0..<height {
        for x in 0..<width where pixels[y * width + x] != 0 {
          (left, right) = (min(left, x), max(right, x))
          (top, bottom) = (min(top, y), max(bottom, y))
        }
      }
    }
    guard left <= right else { return Rect(x: 0, y: 0, width: 1, height: 1) }
    return Rect(
      x: Double(left), y: Double(top), width: Double(right - left + 1),
      height: Double(bottom - top + 1))
  }
}
