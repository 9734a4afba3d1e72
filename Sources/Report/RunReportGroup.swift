/// Runs of one world that differ in their seeds alone.
struct RunReportGroup {
  let task: String
  let name: String
  /// Their places among all runs.
  fileprivate(set) var members: [Int]

  /// The groups of some runs, in the order of their first ones.
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
