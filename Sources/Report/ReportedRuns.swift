import Analysis
package import Experiments
package import Pictures
import Platform

/// Reads what a report shows of some recordings: a few in full; of many, one of each group in full and the facts of the others.
package struct ReportedRuns {
  private let groups: RunGroups
  private let options: ReportedRun.Options
  private let commands: (GroupedRun) throws -> ReportedRun.Commands
  private let tables: PictureTables

  /// More runs than these are shown in groups, and at most these in full.
  private static let mostInFull = 6

  /// The runs of some groups; `options.bytes` is for all of them together.
  package init(
    _ groups: RunGroups, _ options: ReportedRun.Options, by tables: PictureTables = .builtIn,
    commands: @escaping (GroupedRun) throws -> ReportedRun.Commands
  ) {
    (self.groups, self.options, self.tables) = (groups, options, tables)
    self.commands = commands
  }

  /// Reads them; `progress` receives the share that is done, and stops it by returning false.
  package func read(progress: (Double, String) -> Bool = { _, _ in true }) throws -> [RunReport] {
    let count = groups.runs.count
    guard count > Self.mostInFull else {
      return try groups.runs.indices.map { index in
        try reported(index, sharing: count).read { share in
          progress((Double(index) + share) / Double(count), "\(index + 1) of \(count)")
        }
      }
    }
    var reports = try groups.runs.indices.map { index in
      guard progress(Double(index) / Double(2 * count), "\(index + 1) of \(count)") else {
        throw RunError.cancelled
      }
      return try reported(index, sharing: count).readBriefly()
    }
    let shown = middles(of: reports)
    for (done, index) in shown.enumerated() {
      reports[index] = try reported(index, sharing: shown.count).read { share in
        progress((1 + (Double(done) + share) / Double(shown.count)) / 2, reports[index].name)
      }
    }
    return reports
  }

  private func reported(_ index: Int, sharing count: Int) throws -> ReportedRun {
    let run = groups.runs[index]
    let name = groups.runs.count == 1 ? run.run.chartTitle : Files.stem(run.path)
    var own = options
    own.bytes /= count
    own.points = RunCurves.most(of: groups.runs.count)
    return try ReportedRun(run, named: name, commands(run), own, by: tables)
  }

  /// For each of the first groups the run with the median score of its last episodes.
  private func middles(of reports: [RunReport]) -> [Int] {
    RunReportGroup.all(of: reports).prefix(Self.mostInFull).map { group in
      let sorted = group.members.sorted { reports[$0].score < reports[$1].score }
      return sorted[(sorted.count - 1) / 2]
    }
  }
}
