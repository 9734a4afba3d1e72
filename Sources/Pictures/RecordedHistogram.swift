package import Analysis
import Experiments
import Raster
package import Recordings
package import Rollouts

/// How often a run was in each state, or took each action.
package struct RecordedHistogram {
  /// What is counted.
  package enum Kind: String, CaseIterable { case states, actions }

  /// The run.
  package let run: RunDescription
  /// The counts.
  package let histogram: Histogram
  private let step: Int

  /// Counts the steps before a given one.
  package init(_ kind: Kind, of recording: Recording, before step: Int) throws {
    run = try recording.description()
    self.step = step
    var counts: [Int] = kind == .actions ? run.world.actions.map { _ in 0 } : []
    try recording.forEachStep(in: 0..<step) { recorded in
      let value = kind == .actions ? recorded.action : recorded.state
      guard case .index(let index) = value, (0..<1 << 24).contains(index) else {
        throw RunError.run("the \(kind.rawValue) of \(recording.path) are no numbers to count")
      }
      while counts.count <= index { counts.append(0) }
      counts[index] += 1
    }
    guard !counts.isEmpty else { throw RunError.run("\(recording.path) has no step yet") }
    let names = run.world.actions.map(\.name)
    histogram = Histogram(
      of: String(kind.rawValue.dropLast()),
      names: kind == .actions && names.count == counts.count ? names : [], counts: counts)
  }

  /// The subtitle.
  package var subtitle: String {
    "how often each \(histogram.subject) was \(histogram.subject == "state" ? "met" : "taken") in "
      + "\(NumberText.grouped(step)) steps"
  }
}
