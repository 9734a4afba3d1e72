import Recordings
import Rollouts
import Worlds

/// Takes every recorded step again in its world, with the draws that are keyed to it, and holds what
/// comes out to what was recorded, bit for bit.
struct Replaying {
  /// How many steps came out as recorded.
  private(set) var steps = 0
  /// The first that did not.
  private(set) var difference: Difference?

  /// Takes the steps of a range, which begins with the run.
  init(
    _ recording: Recording, _ worlds: [WorldInForce], steps range: Range<Int>,
    _ progress: (Double) -> Void
  ) throws {
    let run = try recording.description()
    var ends = Array(repeating: Value?.none, count: run.worlds)
    do {
      for (index, part) in worlds.enumerated() {
        let end = index + 1 < worlds.count ? worlds[index + 1].firstStep : .max
        let steps = (min(part.firstStep, end)..<end).clamped(to: range)
        if steps.isEmpty { continue }
        var stepper = try Self.stepper(part.world, run)
        try recording.forEachStep(in: steps) { step in
          let slot = step.step % run.worlds
          ends[slot] = try stepper.take(step, after: ends[slot])
          self.steps += 1
          if step.step & 4095 == 0 { progress(Double(step.step) / Double(range.count)) }
        }
      }
    } catch let found as Difference {
      difference = found
    }
  }

  private static func stepper(_ world: KnownWorld, _ run: RunDescription) throws -> any Stepping {
    func seen<W: SeenWorld>(_ world: W) -> any Stepping {
      let choices: Int? = if case .discrete(let count) = world.actionSpace { count } else { nil }
      return Stepper(
        world, run, continues: world.isContinuing,
        read: { value in
          guard case .bytes(let bytes) = value else { return nil }
          return W.State(bytes: bytes)
        }, write: { .bytes($0.bytes) },
        action: { value, _ in
          if let choices, case .index(let index) = value, !(0..<choices).contains(index) {
            return nil
          }
          return W.Action(recorded: value)
        })
    }
    func tabular<W: TabularWorld>(_ world: W) -> any Stepping {
      let dynamics = world.dynamics
      return Stepper(
        world, run, continues: false,
        read: { Int(recorded: $0).flatMap { (0..<dynamics.states).contains($0) ? $0 : nil } },
        write: { .index($0) },
        action: { value, state in
          guard let action = Int(recorded: value), (0..<dynamics.actions).contains(action),
            dynamics.isLegal(action, in: state)
          else { return nil }
          return action
        })
    }
    if let world = world.tabular { return tabular(world) }
    if let world = world.seen { return seen(world) }
    throw SettingError("\(run.world.name) takes no steps")
  }
}

/// Something that takes recorded steps again.
private protocol Stepping {
  /// Takes one and returns the state that its world ends in, where its episode does; `end` is the one that
  /// the episode before it in the same world ended in.
  mutating func take(_ step: RecordedStep, after end: Value?) throws(Difference) -> Value?
}

private struct Stepper<W: World>: Stepping {
  private let world: W
  private let generator: Generator
  private let stepLimit: Int
  /// Whether nothing is reset after a truncated episode.
  private let continues: Bool
  private let isEvaluation: Bool
  private let read: (Value) -> W.State?
  private let write: (W.State) -> Value
  private let action: (Value, W.State) -> W.Action?

  init(
    _ world: W, _ run: RunDescription, continues: Bool, read: @escaping (Value) -> W.State?,
    write: @escaping (W.State) -> Value, action: @escaping (Value, W.State) -> W.Action?
  ) {
    self.world = world
    self.continues = continues
    self.read = read
    self.write = write
    self.action = action
    generator = Generator(seed: run.seed)
    stepLimit = world.stepLimit
    isEvaluation = run.purpose == .evaluate
  }

  mutating func take(_ step: RecordedStep, after end: Value?) throws(Difference) -> Value? {
    if step.t == 0 { try checkStart(step, after: end) }
    // Every state but the first of an episode is one that a step before led to, so it is the world's own
    // by now: no world is ever asked about a state that it could not come to.
    guard let state = read(step.state) else {
      throw Difference(
        at: step.step, "the state", expected: "one of the world's", found: step.state.text)
    }
    guard let action = action(step.action, state) else {
      throw Difference(
        at: step.step, "the action", expected: "one that can be taken there",
        found: step.action.text)
    }
    let outcome = world.step(
      state, action, generator.draws(for: .world, episode: step.episode, t: step.t))
    guard outcome.reward + 0 == step.reward else {
      throw Difference(
        at: step.step, "the reward", expected: "\(outcome.reward)", found: "\(step.reward)")
    }
    let next = write(outcome.next)
    guard next == step.next else {
      let (expected, found) = next.texts(against: step.next)
      throw Difference(at: step.step, "the next state", expected: expected, found: found)
    }
    try checkEnding(step, outcome.ending)
    return step.ending == .truncated && continues ? step.next : nil
  }

  private func checkStart(_ step: RecordedStep, after end: Value?) throws(Difference) {
    if end == step.state { return }
    let start = write(world.start(generator.draws(for: .start, episode: step.episode, t: 0)))
    // Some players go on where the last episode ended, and others begin anew: only of training is it
    // known which.
    if start == step.state, end == nil || isEvaluation { return }
    let (expected, found) = (end ?? start).texts(against: step.state)
    throw Difference(
      at: step.step, "the first state of episode \(step.episode)", expected: expected,
      found: found)
  }

  /// The limit of steps is the trainer's business; an evaluation may have a lower one than the world.
  private func checkEnding(_ step: RecordedStep, _ ending: Ending) throws(Difference) {
    let limit = ending == .running && step.t + 1 >= stepLimit ? Ending.truncated : ending
    let found = step.ending == .interrupted ? .running : step.ending
    if found == limit { return }
    if isEvaluation, limit == .running, found == .truncated { return }
    throw Difference(
      at: step.step, "the ending of episode \(step.episode)", expected: limit.name,
      found: found.name)
  }
}

extension Value {
  /// The value for people.
  fileprivate var text: String {
    switch self {
    case .index(let number): "\(number)"
    case .bytes(let bytes):
      bytes.count <= 16 ? "0x\(bytes.hexadecimal)" : "0x\(Array(bytes.prefix(16)).hexadecimal)…"
    }
  }

  /// Two values for people: of bytes those from the first that differs on.
  fileprivate func texts(against other: Value) -> (String, String) {
    guard case .bytes(let mine) = self, case .bytes(let others) = other else {
      return (text, other.text)
    }
    let place = zip(mine, others).prefix { $0 == $1 }.count
    func rest(_ bytes: [UInt8]) -> String {
      "\(Value.bytes(Array(bytes.dropFirst(place))).text) from byte \(place) on"
    }
    return (rest(mine), rest(others))
  }
}
