import Recordings
import Rollouts

/// A sink that compares what a trainer records with what a recording holds.
struct RecordingComparison: TransitionSink {
  /// All that was recorded was made again.
  struct AtEnd: Error {}

  let end: Int
  private let recording: Recording
  private let isFinished: Bool
  private var step: Int
  private var page: [RecordedStep] = []
  /// Where in the page the step stands.
  private var place = 0

  /// Compares from a step on, up to `end`.
  init(_ recording: Recording, from step: Int = 0, to end: Int? = nil) throws {
    self.recording = recording
    self.step = step
    self.end = try end ?? recording.stepCount()
    isFinished = try recording.status() == .finished
  }

  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    try record(
      Transition(
        episode: episode, state: .index(state), action: .index(action), reward: reward,
        next: .index(next), ending: ending))
  }

  mutating func record(_ transition: Transition) throws {
    if step >= end { throw AtEnd() }
    if place == page.count {
      page = try recording.steps(in: step..<min(end, step + 4096))
      place = 0
    }
    guard place < page.count, page[place].step == step else {
      throw Difference(at: step, "the step", expected: "a row", found: "none")
    }
    let known = page[place].transition
    // In the file, the last row of an episode that was cut off is interrupted.
    let ending = known.ending == .interrupted ? .running : known.ending
    func compare<Fact: Equatable>(_ what: String, _ again: Fact, _ recorded: Fact) throws {
      guard again != recorded else { return }
      throw Difference(at: step, what, expected: "\(again)", found: "\(recorded)")
    }
    try compare("the episode", transition.episode, known.episode)
    try compare("the state", transition.state, known.state)
    try compare("the action", transition.action, known.action)
    try compare("the reward", transition.reward + 0, known.reward)
    try compare("the next state", transition.next, known.next)
    try compare("the ending", transition.ending, ending)
    step += 1
    place += 1
  }

  /// Some metrics are times, which are never the same.
  mutating func record(_ metric: Metric) throws {
    if metric.step > end { throw AtEnd() }
  }

  mutating func record(_ checkpoint: Checkpoint) throws {
    if checkpoint.step > end { throw AtEnd() }
    let known = try recording.checkpoint(at: checkpoint.step)
    // One that fell to the last step may have been lost with its writer.
    if known == nil, step == end, !isFinished { return }
    guard known?.kind != checkpoint.kind || known?.parameters != checkpoint.parameters else {
      return
    }
    throw Difference(
      at: checkpoint.step, "the checkpoint", expected: "what is learned by then",
      found: known == nil ? "none" : "another")
  }
}
