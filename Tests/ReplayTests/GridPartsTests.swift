import Raster
import Replay
import TestSupport
import Testing
import Worlds

/// The parts of a grid world, put together, are what its painter draws.
@Suite struct GridPartsTests {
  /// What a page makes of the parts: the board, the trail from its oldest piece on, the sprites.
  private func assemble(
    _ parts: GridParts, by painter: Int, _ frame: GridParts.Frame, trail: [GridParts.Placement],
    onto canvas: Canvas
  ) {
    canvas.copy(parts.boards[painter])
    func place(_ number: Int, over cell: Int) {
      let sprite = parts.sprites[painter][number]
      let (column, row) = (cell % parts.columns, cell / parts.columns)
      let corner = Point(
        Double(parts.rim + sprite.x) + (Double(column) * parts.side).rounded(),
        Double(parts.rim + sprite.y) + (Double(row) * parts.side).rounded())
      canvas.draw(sprite.canvas, at: corner)
    }
    let oldest = min(trail.count, parts.trailShades.count) - 1
    for age in stride(from: oldest, through: frame.youngest, by: -1) {
      let piece = trail[trail.count - 1 - age]
      place(piece.sprite + parts.trailShades[age], over: piece.cell)
    }
    for placement in frame.placements { place(placement.sprite, over: placement.cell) }
  }

  @Test(arguments: [300, 90], [1, 2, 3])
  func `the parts of every scene make the painter's picture`(size: Int, seed: UInt64) throws {
    for map in try Maps.all() {
      let world = GridWorld(map)
      let played = Played(world, seed: seed, limit: 60)
      var films = try [Theme.light, .dark].map { theme in
        try Played.film(
          world, [played], seed: seed,
          options: PictureOptions(size: size, theme: theme, showsCaption: false))
      }
      var parts = try GridParts(films.map(\.gridPainter))
      let whole = try Canvas(width: films[0].width, height: films[0].height)
      let (width, height) = (parts.boards[0].width, parts.boards[0].height)
      let made = try Canvas(width: width, height: height)
      let cut = try Canvas(width: width, height: height)
      // A board is in the middle of its picture.
      let middle = Rect(
        x: Double((whole.width - width) / 2), y: Double((whole.height - height) / 2),
        width: Double(width), height: Double(height))
      var trail: [GridParts.Placement] = []
      for t in 0..<films[0].frameCount {
        let frame = try parts.frame(films[0].gridScene(of: t))
        if let step = frame.step { trail.append(step) }
        for index in films.indices {
          try films[index].draw(t, onto: whole)
          assemble(parts, by: index, frame, trail: trail, onto: made)
          cut.copy(whole, middle, to: Point(0, 0))
          let comparison = try PictureComparison(cut, made)
          // Where pieces of a trail meet or overlap, their soft edges add up; anything out
          // of its place differs by more.
          #expect(
            comparison.count(above: 60) == 0,
            "\(map.kind) frame \(t) of \(size): \(comparison.greatest), \(comparison.count(above: 60))"
          )
          if trail.isEmpty { #expect(comparison.greatest <= 2) }
        }
      }
      #expect(parts.sprites[0].count == parts.sprites[1].count)
    }
  }

  @Test func `an agent on its way has not met a wall yet, and slips show the chosen action`() throws
  {
    let world = GridWorld(try Maps.lake())
    let played = Played(world, seed: 3)
    var film = try Played.film(world, [played], seed: 3)
    var parts = try GridParts([film.gridPainter])
    var (slips, bumps) = (0, 0)
    for t in 0..<film.frameCount {
      let scene = try film.gridScene(of: t)
      let frame = try parts.frame(scene)
      #expect((frame.walking == nil) == (t == 0))
      if scene.previous == scene.state {
        bumps += 1
        #expect(frame.step == nil && frame.walking != frame.placements.last?.sprite)
      }
      if frame.placements.count == 2 { slips += 1 }
    }
    #expect(slips > 0 && bumps > 0)
  }
}
