import Rollouts
import Testing
import Trainers
import Worlds

/// All that a trainer did: its events, and what it recorded.
private struct Heard<T: Trainer> {
  var trainer: T
  var events: [TrainingEvent] = []
  var sink = MemorySink()

  init(_ trainer: T, resuming checkpoint: Checkpoint? = nil, of before: MemorySink = MemorySink())
    throws
  {
    self.trainer = trainer
    if let checkpoint {
      try self.trainer.resume(from: checkpoint) { Array(before.transitions[$0]) }
    }
    var events: [TrainingEvent] = []
    try self.trainer.train(into: &sink, callbacks: TrainingCallbacks { events.append($0) })
    self.events = events
  }

  func all<Value>(_ choose: (TrainingEvent) -> Value?) -> [Value] { events.compactMap(choose) }
}

/// One trainer of each kind in a small world.
private enum Kind: String, CaseIterable {
  case table, dqn, newest, ppo, lives, text

  func made() throws -> any Trainer {
    switch self {
    case .table:
      var (world, settings) = try Recipe.lake("4x4")
      (settings.episodes, settings.snapshotEvery) = (150, 500)
      return QTableTrainer(
        world.dynamics, stepLimit: world.stepLimit, seed: 3, settings: settings)
    case .dqn, .newest:
      var settings = DQNConfiguration.small
      (settings.steps, settings.snapshotEvery) = (1200, 400)
      if self == .newest { (settings.stepUpdate, settings.episodeBatch) = (.newest, 50) }
      return try DQNTrainer(Corridor(slips: 15), seed: 3, settings: settings)
    case .ppo, .lives:
      var settings = PPOConfiguration.small
      (settings.steps, settings.evaluateEvery, settings.lifeEnds) = (1500, 3, self == .lives)
      return try PPOTrainer(Mirror(isFrail: true), seed: 3, settings: settings, threads: 1)
    case .text:
      var settings = TextConfiguration.nano
      (settings.steps, settings.batch, settings.evaluationBatches) = (24, 6, 2)
      (settings.evaluateEvery, settings.snapshotEvery) = (6, 12)
      let poem = String(repeating: "the cat sat on the mat, the dog on the log. ", count: 40)
      return try TextTrainer(poem, seed: 3, settings: settings, threads: 1)
    }
  }
}

struct TrainingCallbacksTests {
  @Test(arguments: Kind.allCases)
  fileprivate func `the events of a run are what is recorded, from first to last`(kind: Kind) throws
  {
    func check(_ trainer: some Trainer) throws {
      let heard = try Heard(trainer)
      let metrics = heard.all {
        if case .metricsRecorded(let metrics) = $0 { metrics } else { nil }
      }
      #expect(Array(metrics.joined()) == heard.sink.metrics && !metrics.isEmpty)
      #expect(metrics.allSatisfy { Set($0.map(\.step)).count == 1 })
      let saved = heard.all { if case .checkpointSaved(let saved) = $0 { saved } else { nil } }
      #expect(saved == heard.sink.checkpoints && !saved.isEmpty)
      #expect(heard.events.first == .trainingStarted(TrainingEvent.Training(trainer)))
      #expect(heard.events.last == .trainingEnded(TrainingEvent.Training(heard.trainer)))
      #expect(heard.trainer.isComplete && heard.trainer.step > 0)
      let ends = heard.events.count {
        if case .trainingStarted = $0 {
          true
        } else if case .trainingEnded = $0 {
          true
        } else {
          false
        }
      }
      #expect(ends == 2)
      // Listening changes nothing.
      var (unheard, sink) = (trainer, MemorySink())
      try unheard.train(into: &sink)
      #expect(sink.transitions == heard.sink.transitions && sink.metrics == heard.sink.metrics)
      #expect(sink.checkpoints == heard.sink.checkpoints)
    }
    try check(kind.made())
  }

  @Test(arguments: Kind.allCases)
  fileprivate func `episodes start and end with the numbers of their transitions`(kind: Kind) throws
  {
    func check(_ trainer: some Trainer) throws {
      let heard = try Heard(trainer)
      let transitions = heard.sink.transitions
      let episodes = Dictionary(grouping: transitions.indices, by: { transitions[$0].episode })
      let ended = heard.all { if case .episodeEnded(let it) = $0 { it } else { nil } }
      for episode in ended {
        let steps = try #require(episodes[episode.number])
        #expect(episode.firstStep == steps.first && episode.lastStep == steps.last)
        #expect(episode.length == steps.count)
        #expect(episode.return == steps.reduce(0) { $0 + transitions[$1].reward })
        #expect(episode.ending == steps.last.map { transitions[$0].ending })
      }
      let over = transitions.indices.filter { transitions[$0].ending != .running }
      #expect(ended.map(\.lastStep) == over && ended.count == heard.trainer.episodes)
      let started = heard.all { if case .episodeStarted(let it) = $0 { it } else { nil } }
      #expect(started.map(\.number) == episodes.keys.sorted())
      #expect(started.map(\.firstStep) == started.map { episodes[$0.number]?.first })
      #expect(started.allSatisfy { $0.step == $0.firstStep && $0.length == 0 })
    }
    try check(kind.made())
  }

  @Test(arguments: Kind.allCases)
  fileprivate func `what starts ends before it starts again`(kind: Kind) throws {
    func check(_ trainer: some Trainer) throws {
      let events = try Heard(trainer).events
      func numbers(_ choose: (TrainingEvent) -> (isStart: Bool, number: Int)?) -> [Int] {
        let pairs = events.compactMap(choose)
        #expect(pairs.map(\.isStart) == pairs.indices.map { $0 % 2 == 0 } && pairs.count % 2 == 0)
        #expect(
          stride(from: 1, to: pairs.count, by: 2).allSatisfy {
            pairs[$0].number == pairs[$0 - 1].number
          })
        return pairs.filter(\.isStart).map(\.number)
      }
      let rollouts = numbers {
        switch $0 {
        case .rolloutStarted(let it): (true, it.update)
        case .rolloutEnded(let it): (false, it.update)
        default: nil
        }
      }
      let updates = numbers {
        switch $0 {
        case .updateStarted(let it): (true, it.number)
        case .updateEnded(let it): (false, it.number)
        default: nil
        }
      }
      let evaluations = numbers {
        switch $0 {
        case .evaluationStarted(let it): (true, it.step)
        case .evaluationEnded(let it): (false, it.step)
        default: nil
        }
      }
      #expect(updates == (0..<updates.count).map { $0 + 1 })
      switch kind {
      case .table: #expect(rollouts.isEmpty && updates.isEmpty && evaluations.isEmpty)
      case .dqn, .newest: #expect(rollouts.isEmpty && updates.count > 1100 && evaluations.isEmpty)
      case .ppo, .lives:
        #expect(rollouts == updates && updates.count == 8 && evaluations == [600, 1200, 1500])
      case .text:
        #expect(rollouts.isEmpty && updates.count == 24 && evaluations == [0, 6, 12, 18, 24])
      }
    }
    try check(kind.made())
  }

  @Test(arguments: Kind.allCases)
  fileprivate func `a resumed run has the same events as if it had never stopped`(kind: Kind) throws
  {
    func check(_ trainer: some Trainer) throws {
      let whole = try Heard(trainer)
      for checkpoint in whole.sink.checkpoints.dropLast() {
        let resumed = try Heard(trainer, resuming: checkpoint, of: whole.sink)
        let place = try #require(whole.events.firstIndex(of: .checkpointSaved(checkpoint)))
        #expect(Array(resumed.events.dropFirst()) == Array(whole.events[(place + 1)...]))
      }
    }
    try check(kind.made())
  }

  @Test func `pauses are reported, and change nothing else`() throws {
    func check(_ trainer: some Trainer) throws {
      let whole = try Heard(trainer).events
      var (events, sink, pauses) = ([TrainingEvent](), MemorySink(), 0)
      var pausing = trainer
      while !pausing.isComplete {
        let callbacks = TrainingCallbacks { events.append($0) }
        try pausing.train(into: &sink, callbacks: callbacks, goOn: { _ in false })
        pauses += 1
      }
      func rest(_ events: [TrainingEvent]) -> [TrainingEvent] {
        events.filter {
          switch $0 {
          case .trainingStarted, .trainingEnded: false
          default: true
          }
        }
      }
      #expect(
        pauses > 3 && rest(events) == rest(whole) && events.count == whole.count + 2 * pauses - 2)
    }
    var (world, settings) = try Recipe.lake("4x4")
    settings.episodes = 2000
    try check(
      QTableTrainer(world.dynamics, stepLimit: world.stepLimit, seed: 5, settings: settings))
    try check(Kind.dqn.made())
    var ppo = PPOConfiguration.small
    (ppo.rollout, ppo.steps) = (200, 2000)
    try check(PPOTrainer(Mirror(), seed: 1, settings: ppo))
    try check(Kind.text.made())
  }

  @Test func `a PPO's rollouts, updates and evaluations come in this order, with these numbers`()
    throws
  {
    var settings = PPOConfiguration.small
    (settings.steps, settings.evaluateEvery) = (500, 2)
    let heard = try Heard(PPOTrainer(Mirror(), seed: 1, settings: settings))
    let words = heard.events.compactMap { event -> String? in
      switch event {
      case .episodeStarted, .episodeEnded: nil
      case .trainingStarted(let it): "start \(it.step)"
      case .trainingEnded(let it): "end \(it.step) \(it.isComplete)"
      case .rolloutStarted(let it): "play \(it.update) \(it.step)"
      case .rolloutEnded(let it): "played \(it.update) \(it.step) \(it.steps)"
      case .updateStarted(let it): "learn \(it.number) \(it.step)"
      case .updateEnded(let it): "learned \(it.number) \(it.step)"
      case .evaluationStarted(let it): "try \(it.step)"
      case .evaluationEnded(let it): "tried \(it.step) \(it.isBest)"
      case .metricsRecorded(let metrics): "\(metrics.count) metrics"
      case .checkpointSaved(let it): "keep \(it.kind) \(it.step)"
      }
    }
    let returns = heard.sink.metrics.filter { $0.name == "eval/episodic_return" }.map(\.value)
    let isBetter = returns.count == 2 && returns[1] > returns[0]
    #expect(
      words == [
        "start 0",
        "play 1 0", "played 1 200 200", "learn 1 200", "9 metrics", "learned 1 200",
        "play 2 200", "played 2 400 200", "learn 2 400", "9 metrics", "learned 2 400",
        "try 400", "2 metrics", "tried 400 true", "keep best 400",
        "play 3 400", "played 3 500 100", "learn 3 500", "9 metrics", "learned 3 500",
        "try 500", "2 metrics", "tried 500 \(isBetter)", "keep \(isBetter ? "best" : "ppo") 500",
        "end 500 true",
      ])
    for event in heard.events {
      switch event {
      case .rolloutEnded(let it):
        let rewards = heard.sink.transitions[it.step - it.steps..<it.step].map(\.reward)
        #expect(abs(it.meanReward - rewards.reduce(0, +) / Double(it.steps)) < 1e-6)
      case .updateEnded(let it):
        let recorded = heard.sink.metrics.filter {
          $0.step == it.step && !$0.name.hasPrefix("eval/")
        }
        #expect(it.metrics == recorded)
      case .evaluationEnded(let it):
        let recorded = heard.sink.metrics.filter {
          $0.step == it.step && $0.name.hasPrefix("eval/")
        }
        #expect(it.metrics == recorded)
      default: break
      }
    }
  }

  @Test(arguments: [Kind.dqn, .newest])
  fileprivate func `a DQN's updates have the numbers whose means it records`(kind: Kind) throws {
    func check(_ trainer: some Trainer) throws {
      let heard = try Heard(trainer)
      var updates: [TrainingEvent.Update] = []
      var checked = 0
      for event in heard.events {
        if case .updateEnded(let update) = event { updates.append(update) }
        guard case .metricsRecorded(let metrics) = event else { continue }
        for name in ["losses/td_loss", "losses/q_values"] where !updates.isEmpty {
          let values = updates.flatMap(\.metrics).filter { $0.name == name }.map(\.value)
          let recorded = try #require(metrics.first { $0.name == name })
          #expect(values.count == updates.count)
          #expect(abs(recorded.value - values.reduce(0, +) / Double(values.count)) < 1e-12)
          checked += 1
        }
        updates = []
      }
      #expect(checked > 300)
    }
    try check(kind.made())
  }

  @Test func `a text's batches and evaluations have the numbers that it records`() throws {
    func check(_ trainer: some Trainer) throws {
      let heard = try Heard(trainer)
      func recorded(_ step: Int, _ names: [String]) -> [Metric] {
        heard.sink.metrics.filter { $0.step == step && names.contains($0.name) }
      }
      for event in heard.events {
        if case .updateEnded(let update) = event {
          let names = ["losses/batch", "losses/gradient_norm", "charts/learning_rate"]
          #expect(update.metrics.map(\.name) == names && update.step == update.number)
          // Every tenth batch is recorded, and those before an evaluation.
          let isRecorded = update.step % 10 == 0 || update.step % 6 == 0
          #expect(recorded(update.step, names) == (isRecorded ? update.metrics : []))
        }
        if case .evaluationEnded(let it) = event {
          #expect(it.metrics == recorded(it.step, ["losses/train", "losses/validation"]))
          #expect(it.metrics.count == 2)
        }
      }
    }
    try check(Kind.text.made())
  }

  @Test func `one kind of event can be heard alone`() throws {
    var numbers: [Int] = []
    var callbacks = TrainingCallbacks()
    callbacks.episodeEnded = { numbers.append($0.number) }
    var trainer = QTableTrainer(
      Chain.dynamics(length: 3), stepLimit: 40, seed: 1, settings: QTableConfiguration())
    var sink = NullSink()
    try trainer.train(into: &sink, callbacks: callbacks)
    #expect(numbers == Array(1...1000))
  }

  @Test func `training stops once the last hundred episodes are good enough`() throws {
    let (world, settings) = try Recipe.lake("4x4")
    var trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 1, settings: settings)
    var sink = MemorySink()
    var returns: [Double] = []
    var asked: [(step: Int, goesOn: Bool)] = []
    var callbacks = TrainingCallbacks()
    callbacks.episodeEnded = { returns.append($0.return) }
    try trainer.train(into: &sink, callbacks: callbacks) { progress in
      let goesOn = returns.count < 100 || returns.suffix(100).reduce(0, +) / 100 < 0.5
      asked.append((progress.step, goesOn))
      return goesOn
    }
    #expect(!trainer.isComplete && trainer.step == sink.transitions.count && trainer.step > 4096)
    // A lake pays 1 at the goal alone, so the transitions show how many of a hundred were won.
    for (step, goesOn) in asked {
      let over = sink.transitions[..<step].filter { $0.ending != .running }
      let won = over.suffix(100).count { $0.reward == 1 }
      #expect(goesOn == (over.count < 100 || won < 50) && goesOn == (step < trainer.step))
    }
  }

  @Test func `as JSON an event has flat keys, event and step first`() throws {
    let step = Metric(step: 7, name: "losses/td_loss", value: 0.5)
    let episode = TrainingEvent.Episode(
      number: 3, endingBefore: 40, stride: 4, length: 5, return: -1.5, ending: .truncated)
    let lines: [(TrainingEvent, String)] = [
      (
        .episodeStarted(TrainingEvent.Episode(number: 3, startingAt: 23)),
        #"{"event":"episode_started","step":23,"episode":3}"#
      ),
      (
        .episodeEnded(episode),
        #"{"event":"episode_ended","step":40,"episode":3,"first_step":23,"last_step":39,"#
          + #""length":5,"return":-1.5,"ending":"truncated"}"#
      ),
      (
        .rolloutEnded(TrainingEvent.Rollout(step: 8, update: 2, steps: 4, meanReward: 0.25)),
        #"{"event":"rollout_ended","step":8,"update":2,"steps":4,"mean_reward":0.25}"#
      ),
      (
        .updateEnded(TrainingEvent.Update(step: 7, number: 2, metrics: [step])),
        #"{"event":"update_ended","step":7,"update":2,"losses/td_loss":0.5}"#
      ),
      (
        .evaluationEnded(TrainingEvent.Evaluation(step: 7, metrics: [step], isBest: true)),
        #"{"event":"evaluation_ended","step":7,"best":true,"losses/td_loss":0.5}"#
      ),
      (
        .metricsRecorded([step]), #"{"event":"metrics_recorded","step":7,"losses/td_loss":0.5}"#
      ),
      (
        .checkpointSaved(Checkpoint(step: 9, kind: "best", parameters: [1, 2, 3])),
        #"{"event":"checkpoint_saved","step":9,"kind":"best","bytes":3}"#
      ),
    ]
    for (event, line) in lines { #expect(event.json.compact == line) }
    for event in try Heard(PPOTrainer(Mirror(), seed: 1, settings: .small)).events {
      guard case .object(let members) = event.json else { return }
      #expect(members.prefix(2).map(\.key) == ["event", "step"])
      #expect(Set(members.map(\.key)).count == members.count)
    }
  }
}
