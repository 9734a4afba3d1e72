import Recordings
package import Rollouts

/// The result of one run of a study.
package struct StudyResult: Sendable {
  package var value: String
  package var seed: UInt64
  /// The world's first count, such as targets, at the ends of equal parts of the training.
  package var counts: [Double]
  /// The world's other counts, in training and in the greedy games afterwards.
  package var training: [JSON.Member]
  package var greedy: [JSON.Member]
  package var digest: String

  /// The number of parts that training is divided into.
  package static let parts = 60
  /// The number of greedy steps afterwards.
  package static let greedySteps = 10_000

  /// Reads a finished recording.
  init(_ path: String, value: String, seed: UInt64, in catalog: Catalog) throws {
    (self.value, self.seed) = (value, seed)
    let recording = try Recording(path)
    digest = try recording.digest()
    let steps = try recording.stepCount()
    var summary = EvaluationSummary(try catalog.plan(of: recording.description()).world())
    counts = []
    for part in 1...Self.parts {
      let range = steps * (part - 1) / Self.parts..<steps * part / Self.parts
      for step in try recording.steps(in: range) { summary.add(step.transition) }
      counts.append(Double(summary.special.first?.value.int ?? 0))
    }
    training = summary.special
    let evaluation = try Evaluation(
      of: recording, limits: .init(steps: Self.greedySteps), seed: seed + 1_000_000, in: catalog)
    greedy = try evaluation.play().special
  }

  /// One of the world's counts.
  package func number(_ key: String, greedy isGreedy: Bool) -> Double {
    (isGreedy ? greedy : training).first { $0.key == key }?.value.double ?? .nan
  }
}
