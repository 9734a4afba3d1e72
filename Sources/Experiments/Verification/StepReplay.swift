import Recordings
import Rollouts

/// Repeats every recorded step in its world, with the random draws keyed to it, and compares the
/// result with the recording, bit for bit.
struct StepReplay {
  /// How many steps were reproduced.
  private(set) var steps = 0
  /// The first difference.
  private(set) var difference: Difference?
  /// The episode whose first state comes from another recording, so that it cannot be checked here.
  private(set) var givenStart: Int?

  /// Repeats the steps of a range, which begins with the run.
  init(
    _ recording: Recording, _ worlds: [WorldInForce], steps range: Range<Int>,
    _ progress: (Double) throws -> Void
  ) throws {
    let run = try recording.description()
    var ends = Array(repeating: Value?.none, count: run.worlds)
    do {
      for (index, part) in worlds.enumerated() {
        let end = index + 1 < worlds.count ? worlds[index + 1].firstStep : .max
        let steps = (min(part.firstStep, end)..<end).clamped(to: range)
        if steps.isEmpty { continue }
        try take(steps, of: recording, run, in: part.world, &ends) {
          try progress($0 / Double(range.count))
        }
      }
    } catch let found as Difference {
      difference = found
    }
  }

  private mutating func take(
    _ steps: Range<Int>, of recording: Recording, _ run: RunDescription, in world: some World,
    _ ends: inout [Value?], _ progress: (Double) throws -> Void
  ) throws {
    var check = StepCheck(world, run)
    defer { givenStart = givenStart ?? check.givenStart }
    try recording.forEachStep(in: steps) { step in
      let slot = step.step % run.worlds
      ends[slot] = try check.end(of: step, after: ends[slot])
      self.steps += 1
      if step.step & 4095 == 0 { try progress(Double(step.step)) }
    }
  }
}

/// Compares single recorded steps with what their world does.
private struct StepCheck<W: World> {
  private let world: W
  private let generator: Generator
  private let stepLimit: Int
  /// Whether nothing is reset after a truncated episode.
  private let continues: Bool
  /// Whether nothing is learned, so that an episode may begin afresh at any time.
  private let isPlayed: Bool
  /// Whether it continues another recording.
  private let goesOn: Bool
  private(set) var givenStart: Int?

  init(_ world: W, _ run: RunDescription) {
    self.world = world
    continues = (world as? any ObservableWorld)?.isContinuing ?? false
    generator = Generator(seed: run.seed)
    stepLimit = world.stepLimit
    isPlayed = run.purpose != .train
    goesOn = run.purpose == .play && run.parent != nil
  }

  /// Repeats one step and returns the state in which its world ends, if its episode does; `end` is
  /// the one in which the episode before it in the same world ended.
  mutating func end(of step: RecordedStep, after end: Value?) throws(Difference) -> Value? {
    if step.t == 0 { try checkStart(step, after: end) }
    // Every state but the first of an episode was reached by a step before, so it is the world's own
    // by now: no world is ever asked about a state that it could not reach.
    guard let state = W.State(recorded: step.state), world.contains(state) else {
      throw Difference(
        at: step.step, "the state", expected: "one of the world's", found: step.state.text)
    }
    guard let action = W.Action(recorded: step.action), world.allows(action, in: state) else {
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
    let next = outcome.next.recorded
    guard next == step.next else {
      let (expected, found) = next.texts(against: step.next)
      throw Difference(at: step.step, "the next state", expected: expected, found: found)
    }
    try checkEnding(step, outcome.ending)
    return step.ending == .truncated && continues ? step.next : nil
  }

  private mutating func checkStart(_ step: RecordedStep, after end: Value?) throws(Difference) {
    if end == step.state { return }
    let draws = generator.draws(for: .start, episode: step.episode, t: 0)
    let start = world.start(draws).recorded
    // Some players continue where the last episode ended, and others begin afresh: only for training is it
    // known which.
    if start == step.state, end == nil || isPlayed { return }
    // If nothing is reset, only the other recording knows how its episode began.
    if goesOn, continues, step.step == 0 {
      givenStart = step.episode
      return
    }
    let (expected, found) = (end ?? start).texts(against: step.state)
    throw Difference(
      at: step.step, "the first state of episode \(step.episode)", expected: expected,
      found: found)
  }

  /// The limit of steps belongs to the trainer; a player may stop before the world's limit.
  private func checkEnding(_ step: RecordedStep, _ ending: Ending) throws(Difference) {
    let limit = ending == .running && step.t + 1 >= stepLimit ? Ending.truncated : ending
    let found = step.ending == .interrupted ? .running : step.ending
    if found == limit { return }
    if isPlayed, limit == .running, found == .truncated { return }
    throw Difference(
      at: step.step, "the ending of episode \(step.episode)", expected: limit.name,
      found: found.name)
  }
}

extension Value {
  /// The value as text.
  fileprivate var text: String {
    switch self {
    case .index(let number): "\(number)"
    case .bytes(let bytes):
      bytes.count <= 16 ? "0x\(bytes.hexadecimal)" : "0x\(Array(bytes.prefix(16)).hexadecimal)…"
    }
  }

  /// Two values as text: of bytes only those from the first difference on.
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
