import Experiments
import Pictures
import Recordings
import Rollouts
import Trainers

/// Why the steps of a network were taken, and what was learned from them.
extension ReportedRun {
  /// The longest episodes whose steps are explained.
  private static let mostTraced = 400

  /// Explains the steps of a network's episodes, as far as the page has space; a network that reads letters takes
  /// too long to train again.
  func explainNetwork(
    _ report: inout RunReport, _ episodes: [Episode], _ progress: (Double) -> Bool
  ) throws {
    let settings = try tables.catalog.plan(of: run).settings
    guard run.purpose == .train, try recording.hasEveryStep(),
      settings.policyKind != PolicyKind.gpt.rawValue
    else { return }
    var room = options.bytes / 8
    for (index, episode) in episodes.enumerated() where report.episodes[index].explanations.isEmpty
    {
      let steps = report.episodes[index].steps.dropLast()
      let bytes = steps.count * RunReport.Episode.explanationBytes
      guard steps.count <= Self.mostTraced, bytes <= room else { continue }
      do {
        let found = try tables.catalog.explanations(
          of: recording, at: steps.map { episode.firstStep + $0 * episode.stride }
        ) { _, _ in progress(1) }
        if found.isEmpty { return }
        report.episodes[index].explanations = found.map { $0.summary.joined(separator: "\n") }
        room -= bytes
      } catch let error as RunError where error.kind == .run {
        // The run was trained on another kind of processor: the rest of the page is as recorded.
        return
      }
    }
  }
}
