import Recordings
import Rollouts

/// A sink that holds what it is told to a recording.
struct HeldToRecording: TransitionSink {
  /// All that was recorded was made again.
  struct AtEnd: Error {}

  let end: Int
  private let recording: Recording
  private let isFinished: Bool
  private var step: Int
  private var page: [RecordedStep] = []
  /// Where in the page the step stands.
  private var place = 0

  /// Holds what is told from a step on to the recording, which ends at `end` for it.
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

  mutating func record(_ told: Transition) throws {
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
    func hold<Fact: Equatable>(_ what: String, _ again: Fact, _ recorded: Fact) throws {
      guard again != recorded else { return }
      throw Difference(at: step, what, expected: "\(again)", found: "\(recorded)")
    }
    try hold("the episode", told.episode, known.episode)
    try hold("the state", told.state, known.state)
    try hold("the action", told.action, known.action)
    try hold("the reward", told.reward + 0, known.reward)
    try hold("the next state", told.next, known.next)
    try hold("the ending", told.ending, ending)
    step += 1
    place += 1
  }

  /// Metrics tell times, which are never the same.
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
