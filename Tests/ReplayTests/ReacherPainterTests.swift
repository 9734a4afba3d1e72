import Analysis
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct ReacherPainterTests {
  private func painter(_ options: PictureOptions) throws -> ReacherPainter {
    try ReacherPainter(
      facts: CaptionFacts(world: "reacher", trainer: "ppo", mostSteps: 50), options: options)
  }

  private func film(
    _ rides: [ReacherRide], _ options: PictureOptions
  ) throws -> EpisodeFilm<ReacherScenes, ReacherPainter> {
    EpisodeFilm(
      scenes: ReacherScenes(), painter: try painter(options),
      episodes: rides.indices.map { rides[$0].episode($0 + 1) }
    ) { episode in Played.reader(of: rides[episode.number - 1].transitions) }
  }

  @Test func `an episode's scenes follow its states, torques and rewards`() throws {
    let ride = ReacherRide()
    var stage = try ScenePlayer(ReacherScenes(), ride.episode(7), ride.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.action == nil && stage.scene.details.trail.count == 1)
    var total = 0.0
    for (t, transition) in ride.transitions.enumerated() {
      let tip = Reacher.fingertip(stage.scene.state.angles)
      try stage.advance(transition)
      total += transition.reward
      #expect(Value.bytes(stage.scene.state.bytes) == transition.next)
      #expect(stage.scene.t == t + 1 && stage.scene.totalReturn == total)
      #expect(stage.scene.details.trail[1] == tip)
      #expect(stage.scene.details.trail.count == min(t + 1, ReacherDetails.trailLength) + 1)
    }
    #expect(stage.scene.ending == .truncated && ReacherRide.distance(in: stage.scene.state) < 0.01)
  }

  @Test func `the arm's places follow from its angles`() {
    let straight = ReacherState(
      angles: SIMD2(0, 0), velocities: .zero, target: SIMD2(0.21, 0.05))
    #expect(abs(Reacher.fingertip(straight.angles).x - 0.21) < 1e-12)
    #expect(abs(ReacherRide.distance(in: straight) - 0.05) < 1e-12)
    let bent = SIMD2(Double.pi / 2, -Double.pi / 2)
    let (elbow, tip) = (Reacher.elbow(bent), Reacher.fingertip(bent))
    #expect(abs(elbow.x) < 1e-12 && abs(elbow.y - 0.1) < 1e-12)
    #expect(abs(tip.x - 0.11) < 1e-12 && abs(tip.y - 0.1) < 1e-12)
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let ride = ReacherRide()
    var stage = try ScenePlayer(ReacherScenes(), ride.episode(2), ride.transitions.first)
    try stage.advance(ride.transitions[0])
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
  func `fingertip and target are where the state says, with y upward`(theme: Theme) throws {
    let painter = try painter(PictureOptions(size: 720, theme: theme))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    for (q0, q1, target) in [
      (0.4, 0.9, SIMD2(-0.1, -0.12)), (-2.0, 1.5, SIMD2(0.15, 0.1)), (3.0, -2.5, SIMD2(0, 0.19)),
    ] {
      let state = ReacherState(angles: SIMD2(q0, q1), velocities: .zero, target: target)
      painter.draw(
        ReacherScene(episode: 1, t: 1, steps: 50, state: state, details: .init(state)),
        onto: canvas)
      let tip = painter.position(of: Reacher.fingertip(state.angles))
      let goal = painter.position(of: target)
      #expect(canvas.color(x: Int(tip.x), y: Int(tip.y)) == theme.secondAccent)
      #expect(canvas.color(x: Int(goal.x), y: Int(goal.y)) == theme.goal)
      #expect((goal.y < painter.position(of: .zero).y) == (target.y > 0))
    }
  }

  @Test func `pictures have even sides, and the longer one has the size asked for`() throws {
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
      try expectPaletteKeepsItsPromise(&film, "\(theme.name) \(size)")
    }
  }

  @Test(arguments: Theme.all)
  func `a reacher looks as it did`(theme: Theme) throws {
    let painter = try painter(PictureOptions(size: 96, theme: theme, showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    painter.draw(try ReacherRide().scene(after: 6), onto: canvas)
    try expectSnapshot(canvas, "reacher-\(theme.name)")
  }
}
