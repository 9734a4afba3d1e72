import Analysis
import Experiments
import Platform
import Raster
import Recordings
import Rollouts

/// The most important facts of a run.
extension ReportedRun {
  func facts(_ curve: Curve?) throws -> [(name: String, value: String)] {
    let session = try recording.lastSession()
    let seconds = try recording.elapsed() ?? 0
    var versions = ""
    if case .object(let members)? = session?.versions {
      versions = members.map { "\($0.key) \($0.value.text ?? $0.value.compact)" }
        .joined(separator: ", ")
    }
    var facts = [
      ("World", run.world.name), ("Map", run.isOfText ? "" : run.world.mapName),
      ("Trainer", run.trainer), ("Preset", run.preset), ("Seed", run.seedText),
      ("Purpose", run.purpose == .train ? "" : run.purpose.rawValue),
      ("Parent", run.parent.map { "\($0.file) at step \($0.step)" } ?? ""),
      ("Tags", run.tags.joined(separator: ", ")),
    ]
    facts += try curve.map(returnFacts) ?? textFacts()
    facts += [
      ("Begun", session?.started ?? ""),
      ("Took", seconds > 0 ? NumberFormat.duration(seconds) : ""),
      ("Status", try recording.status().rawValue), ("Made with", versions),
    ]
    return facts.filter { !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) }
  }

  private func returnFacts(_ curve: Curve) throws -> [(String, String)] {
    let last = try recording.lastEpisodes(100).map(\.return)
    func number(_ value: Double?) -> String { value.map { NumberFormat.decimal($0, 3) } ?? "" }
    return [
      ("Steps", NumberText.grouped(try recording.stepCount())),
      ("Episodes", NumberText.grouped(curve.count)),
      ("Mean of the last \(last.count)", number(last.isEmpty ? nil : Statistics.mean(last))),
      ("Best return", number(curve.best.last)),
    ]
  }

  var settings: [(name: String, value: String)] {
    guard case .object(let members) = run.configuration else { return [] }
    return members.map { ($0.key, $0.value.text ?? $0.value.compact) }
  }
}
