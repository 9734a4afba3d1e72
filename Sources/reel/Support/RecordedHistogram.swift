import Analysis
import Raster
import Recordings
import Rollouts

/// How often a run was in each state, or took each action.
struct RecordedHistogram {
  /// What is counted.
  enum Kind: String, CaseIterable { case states, actions }

  let run: RunDescription
  let histogram: Histogram
  private let step: Int

  /// Counts the steps before one.
  init(_ kind: Kind, of recording: Recording, before step: Int) throws {
    run = try recording.description()
    self.step = step
    var counts: [Int] = kind == .actions ? run.world.actions.map { _ in 0 } : []
    try recording.forEachStep(in: 0..<step) { recorded in
      let value = kind == .actions ? recorded.action : recorded.state
      guard case .index(let index) = value, (0..<1 << 24).contains(index) else {
        throw Failure.failed("the \(kind.rawValue) of \(recording.path) are no numbers to count")
      }
      while counts.count <= index { counts.append(0) }
      counts[index] += 1
    }
    guard !counts.isEmpty else { throw Failure.failed("\(recording.path) has no step yet") }
    let names = run.world.actions.map(\.name)
    histogram = Histogram(
      of: String(kind.rawValue.dropLast()),
      names: kind == .actions && names.count == counts.count ? names : [], counts: counts)
  }

  var subtitle: String {
    "how often each \(histogram.subject) was \(histogram.subject == "state" ? "met" : "taken") in "
      + "\(NumberText.grouped(step)) steps"
  }

  /// The most frequent, with bars.
  var text: String {
    let most = histogram.counts.max() ?? 1
    let shown = histogram.counts.indices.sorted {
      (histogram.counts[$1], $0) < (histogram.counts[$0], $1)
    }.prefix(20)
    var table = TextTable([histogram.subject, "steps", "share", ""], right: [1, 2])
    for index in shown where histogram.counts[index] > 0 {
      let length = Int((Double(histogram.counts[index]) / Double(max(1, most)) * 40).rounded())
      table.add([
        histogram.name(index), "\(histogram.counts[index])",
        "\(decimal(histogram.share(index) * 100, 1)) %", String(repeating: "#", count: length),
      ])
    }
    return "\(chartTitle(run)), \(subtitle)\n\n\(table.text)"
  }
}
