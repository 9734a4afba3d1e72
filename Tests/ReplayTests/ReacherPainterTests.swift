import Film
import Raster
import Replay
import Rollouts
import TestSupport
import Testing

@Suite struct ReacherPainterTests {
  private func painter(_ options: PictureOptions) throws -> ReacherPainter {
    try ReacherPainter(
      facts: CaptionFacts(world: "reacher", trainer: "ppo", mostSteps: 50), options: options)
  }

  private func film(
    _ rides: [ReacherRide], _ options: PictureOptions
  ) throws -> EpisodeFilm<ReacherStage, ReacherPainter> {
    EpisodeFilm(
      stage: ReacherStage(), painter: try painter(options),
      episodes: rides.indices.map { rides[$0].episode($0 + 1) }
    ) { episode in Played.reader(of: rides[episode.number - 1].transitions) }
  }

  @Test func `an episode's scenes follow its states, torques and rewards`() throws {
    let ride = ReacherRide()
    var stage = ReacherStage()
    try stage.begin(ride.episode(7), first: ride.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.action == nil && stage.scene.trail.isEmpty)
    var total = 0.0
    for (t, transition) in ride.transitions.enumerated() {
      let tip = stage.scene.pose.fingertip
      try stage.advance(transition)
      total += transition.reward
      #expect(Value.bytes(ReacherRide.bytes(of: stage.scene.pose)) == transition.next)
      #expect(stage.scene.t == t + 1 && stage.scene.totalReturn == total)
      #expect(stage.scene.trail.first == tip)
      #expect(stage.scene.trail.count == min(t + 1, ReacherStage.trailLength))
    }
    #expect(stage.scene.ending == .truncated && stage.scene.pose.distance < 0.01)
  }

  @Test func `the arm's places follow from its angles`() {
    let straight = ReacherPose(q0: 0, q1: 0, target: Point(0.21, 0.05))
    #expect(abs(straight.fingertip.x - 0.21) < 1e-12 && abs(straight.distance - 0.05) < 1e-12)
    let bent = ReacherPose(q0: .pi / 2, q1: -.pi / 2, target: Point(0, 0))
    #expect(abs(bent.elbow.x) < 1e-12 && abs(bent.elbow.y - 0.1) < 1e-12)
    #expect(abs(bent.fingertip.x - 0.11) < 1e-12 && abs(bent.fingertip.y - 0.1) < 1e-12)
  }

  @Test func `torques may be of either width, and others are refused`() throws {
    let ride = ReacherRide()
    var stage = ReacherStage()
    try stage.begin(ride.episode(2), first: ride.transitions.first)
    var wide = ride.transitions[0]
    wide.action = .bytes([0.25, -0.5].flatMap { ReacherRide.bytes(of: $0.bitPattern) })
    try stage.advance(wide)
    #expect(stage.scene.action == Point(0.25, -0.5))
    let actions: [Value] = [
      .index(1), .bytes([]), .bytes([1, 2, 3]),
      .bytes([Float.nan, 0].flatMap { ReacherRide.bytes(of: $0.bitPattern) }),
    ]
    for value in actions {
      var foreign = ride.transitions[1]
      foreign.action = value
      #expect(throws: ReplayError.foreignAction(episode: 2, step: 1)) {
        try stage.advance(foreign)
      }
    }
    for value in [Value.index(1), .bytes([]), .bytes(Array(repeating: 255, count: 48))] {
      var foreign = ride.transitions[1]
      foreign.next = value
      #expect(throws: ReplayError.foreignState(episode: 2, step: 1)) { try stage.advance(foreign) }
    }
  }

  @Test(arguments: Theme.all)
  func `fingertip and target are where the state says, up being up`(theme: Theme) throws {
    let painter = try painter(PictureOptions(size: 720, theme: theme))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    for (q0, q1, target) in [
      (0.4, 0.9, Point(-0.1, -0.12)), (-2.0, 1.5, Point(0.15, 0.1)), (3.0, -2.5, Point(0, 0.19)),
    ] {
      let pose = ReacherPose(q0: q0, q1: q1, target: target)
      painter.draw(ReacherScene(episode: 1, t: 1, steps: 50, pose: pose), onto: canvas)
      let (tip, goal) = (painter.position(of: pose.fingertip), painter.position(of: target))
      #expect(canvas.color(x: Int(tip.x), y: Int(tip.y)) == theme.secondAccent)
      #expect(canvas.color(x: Int(goal.x), y: Int(goal.y)) == theme.goal)
      #expect((goal.y < painter.position(of: Point(0, 0)).y) == (target.y > 0))
    }
  }

  @Test func `pictures have even sides, the longer one as asked for`() throws {
    for size in [64, 200, 333, 480, 720] {
      for showsCaption in [true, false] {
        let painter = try painter(PictureOptions(size: size, showsCaption: showsCaption))
        #expect(max(painter.width, painter.height) == size & ~1)
        #expect(painter.width.isMultiple(of: 2) && painter.height.isMultiple(of: 2))
      }
    }
  }

  @Test(arguments: Theme.all)
  func `a film's palette is as close as promised`(theme: Theme) throws {
    let rides = [Point(-0.08, 0.13), Point(0.1, -0.11), Point(0.02, 0.16)].map {
      ReacherRide(target: $0)
    }
    for size in [240, 480, 720] {
      var film = try film(rides, PictureOptions(size: size, theme: theme, title: "Reaching"))
      let palette = try Palette.sampling(&film, samples: film.frameCount)
      let canvas = try Canvas(width: film.width, height: film.height)
      var known: Set<UInt32> = []
      for frame in 0..<film.frameCount {
        try film.draw(frame, onto: canvas)
        canvas.withPixels { for word in $0 { known.insert(word & 0xFF_FFFF) } }
      }
      let worst = known.map { palette.nearest(to: Color($0)).error }.max() ?? 0
      print("reacher \(theme) \(size): \(known.count) colours, off \(worst)")
      #expect(worst <= Palette.promisedError)
    }
  }

  @Test func `a frame is drawn in less than two milliseconds of processor time`() throws {
    var film = try film([ReacherRide()], PictureOptions(size: 720))
    let canvas = try Canvas(width: film.width, height: film.height)
    var best = Double.infinity
    for _ in 0..<10 {
      let start = threadSeconds()
      for frame in 0..<film.frameCount { try film.draw(frame, onto: canvas) }
      best = min(best, (threadSeconds() - start) / Double(film.frameCount))
    }
    print("drawing a reacher of \(film.width)×\(film.height): \(Int(1 / best)) frames/s")
    #expect(best < 2e-3)
  }

  @Test(arguments: Theme.all)
  func `a reacher looks as it did`(theme: Theme) throws {
    let painter = try painter(PictureOptions(size: 96, theme: theme, showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    painter.draw(try ReacherRide().scene(after: 6), onto: canvas)
    try expectSnapshot(canvas, "reacher-\(theme.name)")
  }
}
