import Recordings
import Rollouts
import Trainers
import Worlds

/// A world and the settings to learn it by, before the first step or as a recording tells them.
struct RunPlan: TrainingPlan {
  var world: KnownWorld
  var learner: Learner
  var preset: String

  /// A plan from the words of a command line.
  init(
    world name: String, map: String?, preset presetName: String?, policy: PolicyKind? = nil,
    overrides: [String]
  ) throws {
    let presets = Preset.all(for: name)
    let presetName = try presetName ?? Self.preset(presets, policy, name)
    guard let preset = presets.first(where: { $0.name == presetName }) else {
      throw Failure.usage(
        "\(name) has no preset '\(presetName)'",
        didYouMean(presetName, among: presets.map(\.name)))
    }
    var world = try Self.world(name, map: map)
    var learner = preset.learner
    do {
      let given = try preset.overrides + overrides.map(Self.override)
      for (key, value) in try world.apply(given) {
        if try learner.set(key, to: value) { continue }
        let known = (learner.settings + world.rules).map(\.member.key)
        throw Failure.usage("\(name) has no setting '\(key)'", didYouMean(key, among: known))
      }
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
    if let policy, learner.policy != policy {
      throw Failure.usage("--preset \(presetName) does not go with --policy \(policy.rawValue)")
    }
    self.world = try world.withPhysics()
    self.learner = learner
    self.preset = presetName
  }

  /// The first preset, or the first whose policy is of a kind.
  private static func preset(
    _ presets: [Preset], _ policy: PolicyKind?, _ world: String
  ) throws(Failure) -> String {
    guard let policy else { return presets[0].name }
    guard let preset = presets.first(where: { $0.learner.policy == policy }) else {
      throw Failure.usage("\(world) has no preset whose policy is \(policy.rawValue)")
    }
    return preset.name
  }

  private static func world(_ name: String, map: String?) throws -> KnownWorld {
    if let kind = GridKind(rawValue: name) {
      let found = try gridMap(kind, named: map)
      guard found.kind == kind else {
        throw Failure.failed("\(map ?? "the map") is a map of a \(found.kind), not of a \(kind)")
      }
      return try .make(on: found)
    }
    if name == "city" { return .city(CityWorld(try cityMap(named: map))) }
    if map != nil { throw Failure.usage("\(name) has no maps") }
    return try .make(name: name)
  }

  static func override(_ word: String) throws(Failure) -> (name: String, value: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Failure.usage("--set takes NAME=VALUE, not '\(word)'")
    }
    return (String(parts[0]), String(parts[1]))
  }

  /// The plan that a recording was made by. Its world can be drawn, and takes steps `withPhysics`.
  init(_ run: RunDescription) throws {
    try refuseText(run)
    learner = try Learner(run)
    world = try KnownWorld.make(
      name: run.world.name, map: run.world.map, configuration: run.configuration)
    preset = run.preset
    // Pictures and tables name actions by the recording's list.
    let actions = world.description.actions.count
    guard run.world.actions.count == actions else {
      throw Failure.failed(
        "the recording tells of \(run.world.actions.count) actions, and \(run.world.name) has "
          + "\(actions)")
    }
    // And they lay states out by the recording's fields.
    guard run.world.fields.elementsEqual(world.description.fields, by: { $0.isLaidOut(as: $1) })
    else {
      throw Failure.failed(
        "the recording's states have other fields than those of \(run.world.name)")
    }
  }

  var name: String { world.description.name }

  var rules: [JSON.Member] { world.members }
  var configuration: JSON { .object(learner.settings.map(\.member) + rules) }

  /// What a recording of this plan says of itself.
  func description(seed: UInt64, purpose: RunPurpose = .train) -> RunDescription {
    var description = RunDescription(
      world: world.description, trainer: learner.name, purpose: purpose, preset: preset,
      seed: seed, configuration: configuration)
    // What is evaluated is played one episode after the other.
    if purpose == .train { description.worlds = learner.worlds }
    return description
  }
}

/// What is learned in a table.
struct TablePlan {
  let settings: QTableConfiguration
  let world: any TabularWorld
  let dynamics: Dynamics

  /// The plan, where it is that of a table.
  init(_ plan: RunPlan) throws {
    guard case .qTable(let settings) = plan.learner, let world = plan.world.tabular else {
      throw Failure.failed("this is for Q-tables, and \(plan.world.description.name) has none")
    }
    self.settings = settings
    self.world = world
    dynamics = world.dynamics
  }

  /// The plan that a recording of a table was made by.
  init(_ run: RunDescription) throws {
    guard run.trainer == Learner.qTableName else {
      throw Failure.failed("this needs a recording of a Q-table, and \(run.trainer) made this one")
    }
    try self.init(RunPlan(run))
  }

  func trainer(seed: UInt64) -> QTableTrainer {
    QTableTrainer(dynamics, stepLimit: world.stepLimit, seed: seed, settings: settings)
  }
}

extension Field {
  /// Whether it is the same part of a state, whatever it is said to mean.
  fileprivate func isLaidOut(as other: Field) -> Bool {
    (subject, name, type, offset, count)
      == (other.subject, other.name, other.type, other.offset, other.count)
  }
}

extension KnownWorld {
  /// The grid, where it is one.
  var grid: GridWorld? {
    guard case .grid(let grid) = self else { return nil }
    return grid
  }

  /// Whether a state is inside a wall, where nobody ever stands.
  func isWall(_ state: Int) -> Bool { grid?.map.cell(of: state) == .wall }
}
