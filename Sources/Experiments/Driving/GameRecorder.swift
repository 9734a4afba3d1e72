import Recordings
import Rollouts

/// Writes a game while it is played. A step is written when the next one comes, because until then it may
/// become the last of its episode.
struct GameRecorder: ~Copyable {
  /// The metric that says who chose the steps from then on: 1 for a person, 0 for the agent.
  static let byHand = "play/by_hand"

  let path: String
  /// Whether the file exists.
  private(set) var hasFile = false
  private let run: RunDescription
  private let initial: Checkpoint
  private var writer: RecordingWriter?
  private var waiting: (transition: Transition, isByHand: Bool)?
  private var steps = 0
  private var lastByHand: Bool?

  /// A recorder whose file appears with the first step.
  init(_ path: String, _ run: RunDescription, initial: Checkpoint) {
    (self.path, self.run, self.initial) = (path, run, initial)
  }

  /// Takes a step, which would be cut off if the game ended now.
  mutating func add(_ transition: Transition, isByHand: Bool) throws {
    if writer == nil {
      writer = try RecordingWriter(creating: path, run, initial: initial)
      hasFile = true
    }
    try write()
    waiting = (transition, isByHand)
    // An episode that the world ended stays ended.
    if transition.ending != .running { try write() }
  }

  /// Writes to the file what is pending, at a moment when nothing is played.
  mutating func keepUp() throws { try writer?.handOverWhereWanted() }

  /// Ends the current episode as cut off.
  mutating func endEpisode() throws {
    guard waiting != nil else { return }
    waiting?.transition.ending = .truncated
    try write()
  }

  /// Ends the recording; returns whether there is one.
  mutating func finish() throws -> Bool {
    try endEpisode()
    guard let writer = writer.take() else { return false }
    try writer.finish()
    return true
  }

  private mutating func write() throws {
    guard let step = waiting.take() else { return }
    if step.isByHand != lastByHand {
      try writer?.record(Metric(step: steps, name: Self.byHand, value: step.isByHand ? 1 : 0))
      lastByHand = step.isByHand
    }
    try writer?.record(step.transition)
    steps += 1
  }

  /// Who chose the steps of a recording: whether a person did, by step number.
  static func byHand(in recording: Recording) throws -> (Int) -> Bool {
    let series = try recording.metric(byHand)
    return { step in
      let place = series.steps.partition(above: step)
      return place > 0 && series.values[place - 1] > 0
    }
  }
}
