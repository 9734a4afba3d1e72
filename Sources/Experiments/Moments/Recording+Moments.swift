package import Recordings
import Rollouts

extension Recording {
  /// The steps that are worth looking at, in order, as far as the recording goes now. There is at most one of
  /// each kind.
  ///
  /// The log is read once for what was learned and once for loops; memory grows with the size of a table, not with
  /// the number of steps or episodes.
  package func moments(
    in catalog: Catalog = .builtIn, progress: ProgressHandler = { _, _ in true }
  ) throws -> [Moment] {
    guard try hasTableMoments(in: catalog) else { return try courseMoments(in: catalog, progress) }
    let history = try tableHistory { try check(progress, $0 / 2, "updates") }
    let found = try courseMoments(in: catalog) { progress(0.5 + $0 / 2, $1) }
    return try (found + tableMoments(history, in: catalog)).sorted()
  }

  /// The moments in episodes, returns and metrics, which need no table.
  package func courseMoments(
    in catalog: Catalog, _ progress: ProgressHandler = { _, _ in true }
  ) throws -> [Moment] {
    let run = try description()
    // A text has none and throws.
    let world = try catalog.plan(of: run).world()
    let course = try RunCourse(of: self, run)
    var moments = try course.episodeMoments(in: world)
    if try !hasTableMoments(in: catalog) { moments += try course.metricMoments() }
    moments += try course.loopMoments { try check(progress, $0, "loops") }
    return moments.sorted()
  }

  /// The moments in the updates of a table that has been followed.
  package func tableMoments(_ history: TableHistory?, in catalog: Catalog) throws -> [Moment] {
    guard let history, history.updates > 0 else { return [] }
    let course = try RunCourse(of: self, description())
    return try course.tableMoments(history, from: catalog.tableStart(of: self))
  }

  /// Whether every update of a table can be recomputed.
  package func hasTableMoments(in catalog: Catalog) throws -> Bool {
    let run = try description()
    return try run.purpose == .train && catalog.plan(of: run).insight(of: self).isTable
      && foldsTable() && hasEveryStep()
  }

  private func tableHistory(_ progress: (Double) throws -> Void) throws -> TableHistory? {
    // In pieces, so that the search can be stopped between them.
    let (steps, piece) = (try stepCount(), 1 << 16)
    var history: TableHistory?
    try forEachQTable(
      at: Array(stride(from: 0, to: steps, by: piece)) + [steps],
      observing: { history?.take($0) }
    ) { step, table in
      if history == nil { history = TableHistory(table) }
      try progress(Double(step) / Double(max(1, steps)))
    }
    return history
  }
}

extension [Moment] {
  /// Sorted by step; moments of one step in the order of their kinds.
  package func sorted() -> [Moment] {
    let order = Moment.Kind.allCases
    return sorted {
      ($0.step, order.firstIndex(of: $0.kind) ?? 0) < ($1.step, order.firstIndex(of: $1.kind) ?? 0)
    }
  }
}

/// Reports the share of work that is done; throws if it was stopped.
private func check(_ progress: ProgressHandler, _ share: Double, _ note: String) throws {
  guard progress(share, note) else { throw RunError.cancelled }
}
