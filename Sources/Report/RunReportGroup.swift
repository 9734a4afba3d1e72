/// Runs of one world that differ only in their seeds.
struct RunReportGroup {
  let task: String
  let name: String
  /// Their indices among all runs.
  fileprivate(set) var members: [Int]

  /// The groups of some runs, in the order of their first runs.
  static func all(of runs: [RunReport]) -> [RunReportGroup] {
    var groups: [RunReportGroup] = []
    for (place, run) in runs.enumerated() {
      if let known = groups.firstIndex(where: { $0.task == run.task && $0.name == run.group }) {
        groups[known].members.append(place)
      } else {
        groups.append(RunReportGroup(task: run.task, name: run.group, members: [place]))
      }
    }
    return groups
  }
}
