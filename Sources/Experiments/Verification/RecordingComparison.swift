import Recordings
import Rollouts

/// A sink that compares what a trainer records with what a recording holds.
struct RecordingComparison: TransitionSink {
  /// Everything recorded was reproduced.
  struct AtEnd: Error {}

  let end: Int
  private let recording: Recording
  private let isFinished: Bool
  private let metricSteps: ClosedRange<Int>?
  private var step: Int
  /// The metrics that must still come, without those that are times.
  private var metrics: ArraySlice<Metric> = []
  private var page: [RecordedStep] = []
  /// The index in the page of the next step.
  private var place = 0

  /// Compares from a step on, up to `end`, and the metrics of some of these steps: those at the ends may have
  /// been recorded with other settings.
  init(
    _ recording: Recording, from step: Int, to end: Int,
    metrics metricSteps: ClosedRange<Int>? = nil
  ) throws {
    self.recording = recording
    self.step = step
    self.end = end
    isFinished = try recording.status() == .finished
    self.metricSteps = metricSteps
    if let metricSteps {
      metrics = ArraySlice(try recording.metrics(in: metricSteps).filter { !$0.isTime })
    }
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

  mutating func record(_ metric: Metric) throws {
    if metric.step > end { throw AtEnd() }
    if metric.isTime || metricSteps?.contains(metric.step) != true { return }
    guard let known = metrics.popFirst() else {
      // Metrics of the last step may have been lost with their writer.
      if metric.step == end, !isFinished { return }
      throw Difference(
        at: max(0, metric.step - 1), "the metric \(metric.name)", expected: "\(metric.value)",
        found: "none")
    }
    let isSame = known.value == metric.value + 0 || known.value.isNaN && metric.value.isNaN
    guard known.step == metric.step, known.name == metric.name, isSame else {
      throw Difference(
        at: max(0, metric.step - 1), "a metric",
        expected: "\(metric.name) = \(metric.value) after \(metric.step) steps",
        found: "\(known.name) = \(known.value) after \(known.step) steps")
    }
  }

  /// After the last step no metric may be left that was not reproduced; those of the last step only if
  /// training `isOver`.
  func finish(isOver: Bool) throws(Difference) {
    guard let left = metrics.first(where: { $0.step < end || isOver && isFinished }) else { return }
    throw Difference(
      at: max(0, left.step - 1), "the metric \(left.name)", expected: "none",
      found: "\(left.value) after \(left.step) steps")
  }

  mutating func record(_ checkpoint: Checkpoint) throws {
    if checkpoint.step > end { throw AtEnd() }
    let checkpoint = try checkpoint.unpacked()
    let known = try recording.checkpoint(at: checkpoint.step)
    // A checkpoint at the last step may have been lost with its writer.
    if known == nil, step == end, !isFinished { return }
    let isSame = known?.kind == checkpoint.kind && known?.parameters == checkpoint.parameters
    if isSame, known?.trainingState != checkpoint.trainingState {
      throw Difference(
        at: checkpoint.step, "the training state of the checkpoint",
        expected: checkpoint.trainingState, found: known?.trainingState ?? "none")
    }
    if isSame { return }
    throw Difference(
      at: checkpoint.step, "the checkpoint", expected: "what was learned by then",
      found: known == nil ? "none" : "another")
  }
}
