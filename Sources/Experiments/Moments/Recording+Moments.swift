package import Recordings
import Rollouts

extension Recording {
  /// The steps that are worth looking at, in their order, as far as the recording goes now. Of each kind there
  /// is one, or none.
  ///
  /// The log is read once for what was learned and once for loops; memory grows with the number of episodes and
  /// the size of a table, not with the number of steps.
  package func moments(
    in catalog: Catalog = .builtIn, progress: ProgressHandler = { _, _ in true }
  ) throws -> [Moment] {
    let run = try description()
    let plan = try catalog.plan(of: run)
    // A text has none, and says so.
    let world = try plan.world()
    let course = try RunCourse(of: self, run)
    let isFolded = try foldsToTable(run, plan)

    var moments = try course.episodeMoments(in: world)
    moments += course.curveMoments()
    if isFolded {
      let start = try catalog.tableStart(of: self)
      moments += try course.tableMoments(from: start) { try check(progress, $0 / 2, "updates") }
    } else {
      moments += try course.metricMoments()
    }
    let done = isFolded ? 0.5 : 0
    moments += try course.loopMoments { try check(progress, done + $0 * (1 - done), "loops") }

    let order = Moment.Kind.allCases
    return moments.sorted {
      ($0.step, order.firstIndex(of: $0.kind) ?? 0) < ($1.step, order.firstIndex(of: $1.kind) ?? 0)
    }
  }

  /// Whether every update of a table can be made again.
  private func foldsToTable(_ run: RunDescription, _ plan: TrainingPlan) throws -> Bool {
    try run.purpose == .train && plan.insight(of: self).isTable && foldsTable() && hasEveryStep()
  }
}

/// Reports a share of some work; throws where nobody waits for it any more.
private func check(_ progress: ProgressHandler, _ share: Double, _ note: String) throws {
  guard progress(share, note) else { throw RunError.cancelled }
}
