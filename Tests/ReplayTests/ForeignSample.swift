import Glibc
import Recordings
import Replay
import Rollouts
import Worlds

/// An episode of another program's world, made up for a test.
struct ForeignSample: EpisodeSource {
  let world: any World
  let steps: [Transition]

  /// An episode of a description, whose states and actions are computed from the step.
  init(
    _ description: WorldDescription, steps count: Int = 30, ending: Ending = .terminated,
    state: (Int) -> Value, action: (Int) -> Value, reward: (Int) -> Double = { _ in 1 }
  ) {
    world = ForeignWorlds.world(description, configuration: [:])
    steps = (0..<count).map { t in
      Transition(
        episode: 1, state: state(t), action: action(t), reward: reward(t), next: state(t + 1),
        ending: t == count - 1 ? ending : .running)
    }
  }

  var episode: Episode {
    Episode(number: 1, steps: steps.count, ending: steps.last?.ending ?? .running)
  }
  func forEachEpisodes(_ body: ([Episode]) throws -> Void) rethrows { try body([episode]) }
  func transitions(of episode: Episode) -> () throws -> Transition? { Played.reader(of: steps) }

  func request(_ options: PictureOptions = PictureOptions(size: 240)) -> FilmRequest {
    FilmRequest(
      [episode],
      of: RunDescription(
        world: world.description, trainer: "python", seed: 1, configuration: .object([])),
      from: self, options: options)
  }
}

extension ForeignSample {
  /// Little-endian numbers.
  static func floats(_ numbers: [Double]) -> Value {
    .bytes(
      numbers.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> (8 * $0)) }
      })
  }

  /// The fields of some numbers.
  static func box(_ names: [String], of subject: String = "state") -> [Field] {
    names.enumerated().map {
      Field(subject, $1, type: "float32", offset: 4 * $0, count: 1, "")
    }
  }

  /// A world's description; `digits` are names and counts, from the first digit to the last.
  static func description(
    _ name: String, map: String = "", actions: [String] = [], box names: [String] = [],
    torques: [String] = [], digits: [(name: String, type: String, count: Int)] = []
  ) -> WorldDescription {
    var (fields, offset) = ([Field](), 1)
    for digit in digits.reversed() {
      fields.insert(
        Field("state", digit.name, type: digit.type, offset: offset, count: digit.count, ""), at: 0)
      offset *= digit.count
    }
    return WorldDescription(
      name: name, map: map, actions: actions.map { ActionMeaning($0) },
      fields: fields + box(names) + box(torques, of: "action"))
  }

  /// The descriptions of all worlds that have pictures of their own.
  static let descriptions: [WorldDescription] = [
    description(
      "CartPole-v1", actions: ["left", "right"],
      box: ["x", "x_velocity", "theta", "theta_velocity"]),
    description(
      "MountainCar-v0", actions: ["left", "nothing", "right"], box: ["position", "velocity"]),
    description("MountainCarContinuous-v0", box: ["position", "velocity"], torques: ["force"]),
    description("Pendulum-v1", box: ["cos", "sin", "velocity"], torques: ["torque"]),
    description(
      "Acrobot-v1", actions: ["-1", "0", "+1"],
      box: ["cos1", "sin1", "cos2", "sin2", "velocity1", "velocity2"]),
    description(
      "Reacher-v5",
      box: ["cos1", "cos2", "sin1", "sin2", "target_x", "target_y", "velocity1", "velocity2"],
      torques: ["torque0", "torque1"]),
    description(
      "Taxi-v3", actions: ["south", "north", "east", "west", "pick up", "drop off"],
      digits: [
        ("row", "row", 5), ("column", "column", 5), ("passenger", "digit", 5),
        ("destination", "digit", 4),
      ]),
    description(
      "CliffWalking-v1", actions: ["up", "right", "down", "left"],
      digits: [("row", "row", 4), ("column", "column", 12)]),
    description(
      "FrozenLake-v1", map: "SFFF\nFHFH\nFFFH\nHFFG", actions: ["left", "down", "right", "up"],
      digits: [("row", "row", 4), ("column", "column", 4)]),
  ]

  /// An episode of one of these worlds.
  init(of description: WorldDescription, steps: Int = 30) {
    let isBox = description.fields.contains { $0.subject == "state" && $0.type == "float32" }
    let torques = description.fields.count { $0.subject == "action" }
    let states = description.fields.filter { !isBox && $0.subject == "state" }
      .reduce(1) { $0 * $1.count }
    self.init(
      description, steps: steps,
      state: { t in
        let a = Double(t) * 0.11
        guard isBox else { return .index(t * 7 % states) }
        return switch ForeignWorlds.stem(of: description.name) {
        case "CartPole": Self.floats([sin(a), cos(a), 0.2 * sin(3 * a), 0])
        case "Pendulum": Self.floats([cos(a), sin(a), 1])
        case "Acrobot": Self.floats([cos(a), sin(a), cos(3 * a), sin(3 * a), 0, 0])
        case "Reacher":
          Self.floats([cos(a), cos(2 * a), sin(a), sin(2 * a), 0.1, -0.08, 0, 0])
        default: Self.floats([-0.3 + 0.8 * sin(a), 0.05 * cos(a)])
        }
      },
      action: { t in
        torques > 0
          ? Self.floats((0..<torques).map { sin(Double(t + $0)) })
          : .index(t % max(1, description.actions.count))
      }, reward: { t in t % 9 == 8 ? -2 : 1 })
  }
}
