package import Raster

/// The film of a run's learning: chosen episodes as they were recorded, and training in fast motion between
/// them, while panels beside the board show what was known at each step.
package struct LearningFilm: FrameSource {
  /// Draws the data at a step of the run, in an area of its own.
  package typealias Panel = (_ step: Int, _ canvas: Canvas) throws -> Void

  /// Text in place of a board.
  package struct Card: Sendable {
    /// In large letters.
    package var title: String
    /// In smaller letters below.
    package var lines: [String]

    /// A card.
    package init(_ title: String, _ lines: [String] = []) {
      self.title = title
      self.lines = lines
    }
  }

  /// One of the shown episodes: a chapter of the board's film.
  package struct Scene: Sendable {
    /// The text above the picture while it plays.
    package var name: String
    /// The cards that announce it, one for each board.
    package var cards: [Card]
    /// The first step of the episode in the run, and the distance between its steps.
    package var firstStep: Int
    package var stride: Int

    /// An episode.
    package init(_ name: String, cards: [Card], firstStep: Int, stride: Int = 1) {
      self.name = name
      self.cards = cards
      self.firstStep = firstStep
      self.stride = stride
    }
  }

  /// The pace of a film.
  package struct Pace: Sendable {
    /// Frames per second.
    package var framesPerSecond: Double
    /// The playback speed.
    package var speed = 1.0
    /// How long an episode's end stays, in seconds.
    package var hold = 1.0

    /// A pace.
    package init(framesPerSecond: Double, speed: Double = 1, hold: Double = 1) {
      self.framesPerSecond = framesPerSecond
      self.speed = speed
      self.hold = hold
    }
  }

  private let layout: LearningLayout
  private let title: String
  private let subtitle: String
  private let theme: Theme
  private let scenes: [Scene]
  private let timeline: LearningTimeline
  private var board: any FrameSource
  private let boardCanvas: Canvas
  private var boardFrame: Int?
  private let panels: [Panel]

  /// A film of scenes, each a chapter of `board`; it opens and ends with cards.
  package init(
    board: any FrameSource, scenes: [Scene], opening: [Card], closing: [Card], lastStep: Int,
    layout: LearningLayout, panels: [Panel], title: String, subtitle: String, pace: Pace,
    theme: Theme
  ) throws(CanvasError) {
    precondition(board.chapters.count == scenes.count, "every scene is a chapter of the board")
    self.board = board
    self.scenes = scenes
    self.layout = layout
    self.panels = panels
    self.title = title
    self.subtitle = subtitle
    self.theme = theme
    timeline = LearningTimeline(
      scenes, lengths: board.chapters.map(\.count), opening: opening, closing: closing,
      lastStep: lastStep, pace: pace)
    boardCanvas = try Canvas(width: board.width, height: board.height)
  }

  /// How many frames there are.
  package var frameCount: Int { timeline.frameCount }
  /// Pixels from left to right.
  package var width: Int { layout.width }
  /// Pixels from top to bottom.
  package var height: Int { layout.height }
  /// The board's colours and the theme's.
  package var declaredColors: [Color] { board.declaredColors + theme.worldColors }

  /// How much longer than usual a frame stays.
  package func hold(after frame: Int) -> Int { timeline.hold(after: frame) }

  /// Draws a frame.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    let moment = timeline.moment(of: frame)
    canvas.clear(theme.background)
    switch moment.content {
    case .cards(let cards):
      for (card, area) in zip(cards, layout.cards) { draw(card, in: area, onto: canvas) }
    case .episode(let scene, let place):
      try drawBoard(board.chapters[scene].lowerBound + place, onto: canvas)
    }
    // The film of two boards is one picture, with numbers between them.
    for panel in panels { try panel(moment.step, canvas) }
    drawHeader(moment, onto: canvas)
  }

  private mutating func drawBoard(_ frame: Int, onto canvas: Canvas) throws {
    if boardFrame != frame {
      // Cleared first, so that a half-drawn picture is not reused after a failure.
      boardFrame = nil
      try board.draw(frame, onto: boardCanvas)
      boardFrame = frame
    }
    let all = Rect(
      x: 0, y: 0, width: Double(boardCanvas.width), height: Double(boardCanvas.height))
    canvas.copy(boardCanvas, all, to: layout.boardPlace(width: all.width, height: all.height))
  }

  private func drawHeader(_ moment: LearningTimeline.Moment, onto canvas: Canvas) {
    let (large, small) = (layout.titleFont, layout.textFont)
    let right = Double(width) - layout.margin
    let name = moment.scene.map { scenes[$0].name } ?? ""
    let share = Int((100 * moment.share).rounded())
    canvas.text(
      name, at: Point(right, layout.titleLine), large, theme.accent, align: .right)
    canvas.text(
      "\(share) % of training", at: Point(right, layout.subtitleLine), small, theme.mutedText,
      align: .right)
    let room = right - layout.margin - max(canvas.measure(name, large).width, large.size * 8)
    canvas.title(
      title, at: Point(layout.margin, layout.titleLine), large, theme.text, width: room)
    canvas.text(
      canvas.ellipsized(subtitle, small, width: room),
      at: Point(layout.margin, layout.subtitleLine), small, theme.mutedText)
  }

  private func draw(_ card: Card, in area: Rect, onto canvas: Canvas) {
    canvas.fill(.rounded(area, radius: layout.unit * 14), theme.surface)
    canvas.stroke(
      .rounded(area.inset(by: 0.5), radius: layout.unit * 14), theme.grid, width: 1)
    let room = area.width - layout.unit * 48
    var large = Font.sans((layout.unit * 40).rounded(), .bold)
    // A title that is slightly too long for one line is shrunk.
    large.size *= min(1, max(0.7, room / max(1, canvas.measure(card.title, large).width)))
    let small = Font.sans((layout.unit * 19).rounded())
    let title = canvas.lines(of: card.title, large, width: room)
    let lines = card.lines.flatMap { canvas.lines(of: $0, small, width: room) }
    let height =
      large.size * 1.2 * Double(title.count) + small.size * (0.4 + 1.7 * Double(lines.count))
    var y = (area.center.y - height / 2 - large.size * 0.25).rounded()
    for line in title {
      y += (large.size * 1.2).rounded()
      canvas.text(line, at: Point(area.center.x, y), large, theme.text, align: .center)
    }
    y += (small.size * 0.4).rounded()
    for line in lines {
      y += (small.size * 1.7).rounded()
      canvas.text(line, at: Point(area.center.x, y), small, theme.mutedText, align: .center)
    }
  }
}
