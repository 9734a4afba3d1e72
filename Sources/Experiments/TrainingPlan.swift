import Neural
import Recordings
package import Rollouts
package import Trainers
import Worlds

/// What is learned and how: before the first step, or as a recording describes it.
package struct TrainingPlan: Sendable {
  package var subject: Subject
  package var settings: any TrainerSettings
  package let preset: String

  /// The subject: a world's name, or that of texts.
  package var name: String { subject.name }

  /// The world; a text has none.
  package func world() throws -> any World {
    switch subject {
    case .world(let world): return world
    case .text(let text): throw text.hasNoWorld
    }
  }

  /// Only the rules that steps follow, whatever the trainer.
  package var rules: [JSON.Member] {
    guard case .world(let world) = subject else { return [] }
    return world.ruleMembers
  }

  /// Every setting and rule.
  package var configuration: JSON { .object(settings.members + rules) }

  /// Every setting and rule with its meaning.
  package var explained: [ExplainedSetting] {
    guard case .world(let world) = subject else { return settings.explained }
    return settings.explained + world.explainedRules
  }

  /// Throws if another program's trainer made the run; `what` says what cannot be done with the recording.
  func requireOwnTrainer(for what: String) throws(RunError) {
    if let settings = settings as? RecordedSettings { throw settings.refusal(what) }
  }

  /// A new, untrained trainer.
  package func trainer(seed: UInt64) throws -> any Trainer {
    try refusingSettings {
      if case .world(let world) = subject {
        return try settings.trainer(of: .world(try world.readyToStep()), seed: seed)
      }
      return try settings.trainer(of: subject, seed: seed)
    }
  }

  /// The trainer at a recorded checkpoint. `history` returns the recorded transitions of a range of steps.
  package func trainer(
    seed: UInt64, from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws -> any Trainer {
    try refusingSettings { try settings.check(checkpoint) }
    var trainer = try trainer(seed: seed)
    try trainer.resume(from: checkpoint, history: history)
    return trainer
  }

  /// The description in a recording of this plan.
  package func description(seed: UInt64, purpose: RunPurpose = .train) -> RunDescription {
    let world: WorldDescription
    switch subject {
    case .world(let made): world = made.description
    case .text(let text): world = text.description
    }
    var description = RunDescription(
      world: world, trainer: settings.trainerName, purpose: purpose, preset: preset, seed: seed,
      configuration: configuration)
    // An evaluation plays one episode after the other.
    if purpose == .train { description.worlds = settings.worlds }
    return description
  }
}

/// A request to train, as text.
package struct PlanRequest: Sendable {
  package var subject: String
  /// A map's name or file; nil for the usual one.
  package var map: String?
  /// A text's file or folder.
  package var text: String?
  package var preset: String?
  /// The kind of policy network, if a trainer has a choice.
  package var policy: String?
  /// Settings and rules by name, applied after those of the preset.
  package var overrides: [(name: String, value: String)]

  /// A request; everything but the subject has a default.
  package init(
    _ subject: String, map: String? = nil, text: String? = nil, preset: String? = nil,
    policy: String? = nil, overrides: [(name: String, value: String)] = []
  ) {
    (self.subject, self.map, self.text) = (subject, map, text)
    (self.preset, self.policy, self.overrides) = (preset, policy, overrides)
  }
}

extension Catalog {
  /// The plan for a request. The text may be missing if only settings are listed.
  package func plan(_ request: PlanRequest) throws -> TrainingPlan {
    let name = request.subject
    let preset = try preset(request)
    let subject: Subject
    if name == TrainingText.subjectName {
      if request.map != nil { throw RunError.request("\(name) has no maps") }
      subject = .text(
        try request.text.map(TrainingText.init(reading:)) ?? TrainingText("", name: ""))
    } else {
      if request.text != nil { throw RunError.request("\(name) is not a text") }
      subject = .world(try world(name, mapNamed: request.map))
    }
    var plan = TrainingPlan(subject: subject, settings: preset.settings, preset: preset.name)
    let known = plan.explained.map(\.member.key)
    try refusingSettings {
      try plan.set(preset.overrides + request.overrides) {
        RunError.unknown("\(name) has no setting '\($0)'", $0, among: known)
      }
    }
    plan.settings = plan.settings.fitted(given: Set(request.overrides.map(\.name)))
    if let policy = request.policy, plan.settings.policyKind != policy {
      throw RunError.request("preset \(preset.name) does not go with policy \(policy)")
    }
    return plan
  }

  /// The requested preset, or the first one with the requested policy.
  package func preset(_ request: PlanRequest) throws -> Preset {
    let presets = try presets(of: request.subject)
    if let name = request.preset {
      guard let preset = presets.first(where: { $0.name == name }) else {
        throw RunError.unknown(
          "\(request.subject) has no preset '\(name)'", name, among: presets.map(\.name))
      }
      return preset
    }
    guard let policy = request.policy else { return presets[0] }
    guard let preset = presets.first(where: { $0.settings.policyKind == policy }) else {
      throw RunError.request("\(request.subject) has no preset whose policy is \(policy)")
    }
    return preset
  }

  /// The world with a name, on a map with a name or file.
  private func world(_ name: String, mapNamed map: String?) throws -> any World {
    guard let entry = worlds[name] else {
      throw RunError.unknown("there is no world '\(name)'", name, among: worlds.names)
    }
    guard let maps = entry.maps else {
      if map != nil { throw RunError.request("\(name) has no maps") }
      return try entry.make()
    }
    let found = try MapFinder(maps, of: name).map(named: map)
    do {
      return try entry.make(map: found.text)
    } catch let error as SettingError {
      throw RunError.run("\(found.place): \(error)")
    } catch let error as MapError {
      throw RunError.run("\(found.place): \(error)")
    }
  }

  /// The plan that made a recording. Its world can be drawn; whoever steps it has to make it
  /// ready first.
  package func plan(of run: RunDescription) throws -> TrainingPlan {
    guard let entry = trainer(of: run) else {
      return TrainingPlan(
        subject: .world(foreignWorld(of: run)), settings: RecordedSettings(run), preset: run.preset)
    }
    if run.isOfText {
      let text = TrainingText(run.world.map, name: run.world.mapName, purpose: run.purpose)
      // The model that wrote a text has settings of its own.
      let settings =
        run.purpose == .train ? try entry.usual.restoring(run.configuration) : entry.usual
      return TrainingPlan(subject: .text(text), settings: settings, preset: run.preset)
    }
    let settings = try entry.usual.restoring(run.configuration)
    let world = try world(
      run.world.name, map: run.world.map, configuration: run.configuration)
    try Self.check(run.world, fits: world.description)
    return TrainingPlan(subject: .world(world), settings: settings, preset: run.preset)
  }

  /// The trainer that made a run; nil if another program did.
  private func trainer(of run: RunDescription) -> TrainerEntry? {
    guard run.program == "reel", !ForeignWorlds.isForeign(run.world.name) else { return nil }
    if run.trainer == PersonSettings.trainerName { return TrainerEntry(PersonSettings()) }
    return trainers[run.trainer]
  }

  /// The settings that know how to find what was learned in the run's recording.
  package func settings(of run: RunDescription) -> any TrainerSettings {
    trainer(of: run)?.usual ?? RecordedSettings(run)
  }

  /// The world of a run that no trainer of this program made: a built-in one if the name and everything
  /// recorded fit, else one that is known only by its recording.
  private func foreignWorld(of run: RunDescription) -> any World {
    let own = try? world(run.world.name, map: run.world.map, configuration: run.configuration)
    if let own, (try? Self.check(run.world, fits: own.description)) != nil { return own }
    return ForeignWorlds.world(run.world, configuration: run.configuration)
  }

  /// Pictures and tables use the recording's action names and the layout in its fields.
  private static func check(
    _ recorded: WorldDescription, fits known: WorldDescription
  ) throws {
    guard recorded.actions.count == known.actions.count else {
      throw RunError.run(
        "the recording has \(recorded.actions.count) actions, and \(known.name) has "
          + "\(known.actions.count)")
    }
    guard recorded.fields.elementsEqual(known.fields, by: { $0.isLaidOut(as: $1) }) else {
      throw RunError.run("the recording's states have other fields than those of \(known.name)")
    }
  }
}

extension TrainingPlan {
  /// The arithmetic of its networks, as a recording keeps it; nil if only a table is learned.
  var arithmetic: String? {
    if case .table = settings.insight { return nil }
    return Arithmetic.current
  }

  /// Sets rules and settings by name; an unknown name gives an error made from it. If more settings
  /// follow, it is not checked yet whether all fit together.
  mutating func set(
    _ given: [(name: String, value: String)], unknown: (String) -> RunError,
    areComplete: Bool = true
  ) throws {
    for (name, value) in try setRules(given) {
      guard try settings.set(name, to: value) else { throw unknown(name) }
    }
    if areComplete { try settings.validate() }
  }

  /// Applies the rules among some settings; returns the others.
  private mutating func setRules(
    _ given: [(name: String, value: String)]
  ) throws -> [(name: String, value: String)] {
    guard case .world(let world) = subject else { return given }
    let (changed, others) = try world.applying(given)
    subject = .world(changed)
    return others
  }

  /// The plan for training further than planned, or differently from some moment on.
  ///
  /// If the planned number of steps or episodes grows, schedules stretch with it. A run that is
  /// planned by episodes and extended by steps keeps the final values of its schedules. Rules of the world may
  /// change only in a fork, and only if states and actions keep their meaning.
  func changed(
    by change: PlanChange, steps: Int, episodes: Int, mayChangeRules: Bool
  ) throws -> TrainingPlan {
    var plan = self
    var given: [(name: String, value: String)] = []
    if let total = change.episodes { given.append(("episodes", "\(total)")) }
    if let total = change.steps {
      given.append(("steps", "\(total)"))
      if change.episodes == nil, settings.isByEpisodes {
        // An episode has at least one step.
        given.append(("episodes", "\(episodes + max(1, total - steps))"))
        plan.settings = settings.holdingSchedules(at: episodes)
      }
    } else if change.episodes != nil {
      // A limit of steps that was reached no longer applies.
      given.append(("steps", "0"))
    }
    given += change.overrides
    try refusingSettings {
      if mayChangeRules {
        let before = plan.description(seed: 0).world
        try plan.set(given) { [name] in
          .request(
            "'\($0)' is neither a setting of the trainer nor a rule of the world",
            .listSettings(of: name))
        }
        guard plan.description(seed: 0).world == before else {
          throw RunError.request("with these rules the recorded states would mean something else")
        }
        return
      }
      for (name, value) in given {
        guard try plan.settings.set(name, to: value) else {
          throw RunError.request("'\(name)' is not a setting of the trainer", .fork)
        }
      }
      try plan.settings.validate()
    }
    return plan
  }
}

/// How a run continues differently from its plan.
package struct PlanChange: Sendable {
  /// The total number of steps, or of episodes.
  package var steps: Int?
  package var episodes: Int?
  /// Other settings from there on.
  package var overrides: [(name: String, value: String)]

  /// A change; what is left out stays as it is.
  package init(
    steps: Int? = nil, episodes: Int? = nil, overrides: [(name: String, value: String)] = []
  ) {
    (self.steps, self.episodes, self.overrides) = (steps, episodes, overrides)
  }

  /// Whether nothing changes.
  package var isEmpty: Bool { steps == nil && episodes == nil && overrides.isEmpty }
}

extension Field {
  /// Whether it is the same part of a state, whatever its description.
  fileprivate func isLaidOut(as other: Field) -> Bool {
    (subject, name, type, offset, count)
      == (other.subject, other.name, other.type, other.offset, other.count)
  }
}
