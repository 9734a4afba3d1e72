import Recordings
import Rollouts
import Worlds

extension PictureOptions.Look {
  /// Charts of every number over time, for any world that another program recorded.
  package static let charts = PictureOptions.Look(rawValue: "charts")
}

extension PainterEntry {
  /// The worlds of other programs that have no pictures of their own.
  package static let charts = PainterEntry("a recorded world", usualSize: 720, looks: [.charts]) {
    (world: RecordedWorld, context) in
    let (request, names) = (context.request, world.states.names)
    let asked = try request.options.fields.map { name in
      guard let place = names.firstIndex(of: name) else {
        throw PainterError.lacks(
          world.description.name, "field", name, has: Array(names.prefix(24)))
      }
      return place
    }
    let survey = try ChartSurvey(request.episodes, of: world, asked: asked, from: request.source)
    let known = survey.numbers.map(\.place)
    let pair = asked.count == 2 ? asked : Array(known.prefix(2))
    let portrait = pair.count == 2 ? (x: pair[0], y: pair[1]) : nil
    let painter = try ChartsPainter(
      world, survey, pair: portrait, facts: context.facts, options: context.options
    ) { places in
      { number in
        request.episodes.first { $0.number == number }.flatMap {
          try? ChartCourse(
            $0, of: world, places: places, pushes: survey.pushes.count, from: request.source)
        }
      }
    }
    return (ChartScenes(choices: survey.choices), painter)
  }

  static let cartPole = PainterEntry.recorded("CartPole", CartPoleState.self) {
    try CartPolePainter($0, facts: $1.facts, options: $1.options)
  }

  static let mountainCar = PainterEntry.recorded("MountainCar", MountainCarState.self) {
    try MountainCarPainter($0, goal: 0.5, facts: $1.facts, options: $1.options)
  }

  static let mountainCarContinuous = PainterEntry.recorded(
    "MountainCarContinuous", MountainCarState.self
  ) { try MountainCarPainter($0, goal: 0.45, facts: $1.facts, options: $1.options) }

  static let pendulum = PainterEntry.recorded("Pendulum", PendulumState.self) {
    try PendulumPainter($0, facts: $1.facts, options: $1.options)
  }

  static let acrobot = PainterEntry.recorded("Acrobot", AcrobotState.self) {
    try AcrobotPainter($0, facts: $1.facts, options: $1.options)
  }

  static let taxi = PainterEntry.recorded("Taxi", TaxiState.self) {
    try TaxiPainter($0, facts: $1.facts, options: $1.options)
  }

  static let cliffWalking = PainterEntry.recorded(
    "CliffWalking", usualSize: 720, CliffWalkingState.self
  ) { try CliffWalkingPainter($0, facts: $1.facts, options: $1.options) }

  static let recordedReacher = PainterEntry(
    "Reacher", looks: [.charts],
    canDraw: { (world: RecordedWorld) in
      RecordedReacherState.isRead(in: world) && world.actions.count == 2
    }
  ) { (world: RecordedWorld, context) in
    (
      RecordedReacherScenes(world),
      try ReacherPainter(facts: context.facts, options: context.options)
    )
  }

  /// An entry for worlds whose states have the numbers that a painter needs. If charts are requested, the table
  /// uses another entry.
  private static func recorded<State: NamedState, Drawing: Painter>(
    _ world: String, usualSize: Int = 480, _ state: State.Type,
    paint: @escaping @Sendable (RecordedWorld, PaintingContext) throws -> Drawing
  ) -> PainterEntry where Drawing.Scene == RecordedScene<State> {
    PainterEntry(
      world, usualSize: usualSize, looks: [.charts],
      canDraw: { (world: RecordedWorld) in State.isRead(in: world) }
    ) { (world: RecordedWorld, context) in
      (RecordedScenes<State>(world), try paint(world, context))
    }
  }
}
