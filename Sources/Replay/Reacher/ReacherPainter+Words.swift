import Analysis
import Raster
import Rollouts
import Worlds

extension ReacherPainter {
  /// The columns that the strip can show.
  static func columns(_ facts: CaptionFacts) -> [FactStrip.Column] {
    let steps = String(facts.mostSteps)
    return [
      .init(label: facts.trainer, widest: facts.world, rank: 5),
      .init(label: "episode", widest: String(facts.lastEpisode), rank: 4, mark: "#"),
      .init(label: "step", widest: "\(steps)/\(steps)", rank: 1, mark: ""),
      .init(label: "distance", widest: "00.0 cm", rank: 2),
      .init(label: "return", widest: "−00.00", widestNote: "−0.00", rank: 0, mark: ""),
      .init(label: "torques", widest: "−0.00  −0.00", rank: 3),
    ]
  }

  /// One frame's texts, one per column.
  func facts(of scene: ReacherScene) -> [FactStrip.Fact] {
    func torque(_ value: Float) -> String {
      // A tiny torque has no sign to show.
      abs(value) < 0.005 ? "0.00" : NumberText.signed(Double(value), decimals: 2)
    }
    return [
      .init(facts.world), .init(String(scene.episode)), .init(scene.progress),
      .init(NumberText.fixed(Self.distance(in: scene.state) * 100, decimals: 1) + " cm"),
      .init(
        NumberText.fixed(scene.totalReturn, decimals: 2),
        note: scene.reward.map { NumberText.signed($0, decimals: 2) } ?? ""),
      .init(scene.action.map { "\(torque($0.torques.x))  \(torque($0.torques.y))" } ?? "–"),
    ]
  }

}

/// The colours of a reacher in a theme.
struct ReacherColors: Sendable {
  let ground: Color
  let table: Color
  let ring: Color
  let rim: Color
  let first: Color
  let second: Color
  let edge: Color
  let hub: Color
  let fingertip: Color
  let target: Color
  let halo: Color
  let glow: Color
  let gap: Color
  let plus: Color
  let minus: Color
  /// The fingertip's trail, the newest first.
  let trail: [Color]

  init(_ theme: Theme) {
    ground = theme.background.mixed(with: theme.floor, 0.5)
    table = theme.floor
    ring = theme.floorLine
    rim = theme.axis.mixed(with: theme.floor, 0.3)
    first = theme.agent
    second = theme.agent.mixed(with: theme.floor, 0.35)
    edge = theme.floor.mixed(with: theme.agent, 0.04)
    hub = theme.wall
    fingertip = theme.secondAccent
    target = theme.goal
    halo = theme.floor.mixed(with: theme.goal, 0.16)
    glow = theme.floor.mixed(with: theme.goal, 0.55)
    gap = theme.axis
    plus = theme.secondAccent
    minus = theme.series[2]
    let tail = theme.secondAccent
    trail = (0..<8).map { tail.mixed(with: theme.floor, 0.38 + 0.54 * Double($0) / 8) }
  }

  var all: [Color] {
    [
      ground, table, ring, rim, first, second, edge, hub, fingertip, target, halo, glow, gap, plus,
      minus,
    ] + trail
  }
}
