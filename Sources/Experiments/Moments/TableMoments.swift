import Platform
import Recordings
import Rollouts

extension RunCourse {
  /// Moments in the updates of a Q-table whose episodes start in one state.
  func tableMoments(_ history: TableHistory, from start: Int) throws -> [Moment] {
    [try largestError(history), try largestDrop(history)].compactMap(\.self)
      + (try pathMoments(history, from: start))
  }

  private func largestError(_ history: TableHistory) throws -> Moment? {
    guard let (update, error) = history.largestError else { return nil }
    let target = NumberFormat.short(update.before + error)
    return try moment(
      .largestTDError, at: update.step, value: error,
      "In \(names.state(update.state)), \(names.action(update.action)) was worth"
        + " \(NumberFormat.short(update.before)), and the step says \(target): a TD error of"
        + " \(NumberFormat.short(error)), the largest of \(Self.count(history.updates, "update")).")
  }

  private func largestDrop(_ history: TableHistory) throws -> Moment? {
    guard let (update, before, after) = history.largestDrop else { return nil }
    return try moment(
      .largestValueDrop, at: update.step, value: before - after,
      "The value of \(names.state(update.state)) fell from \(NumberFormat.short(before)) to"
        + " \(NumberFormat.short(after)), the most in one update: \(names.action(update.action)) earned"
        + " \(NumberFormat.short(update.reward)) and led to \(names.state(update.next)).")
  }

  private func pathMoments(_ history: TableHistory, from start: Int) throws -> [Moment] {
    let path = history.greedyPath(from: start)
    var moments: [Moment?] = []
    if let (step, state) = path.change {
      let best = history.bestActions(state).map(names.action)
      moments.append(
        try moment(
          .greedyPathChanged, at: step, value: Double(path.states.count),
          "From here on the greedy path from \(names.state(start)), of"
            + " \(Self.count(path.states.count, "state")), is as it is at the end: in \(names.state(state)) the"
            + " best action is now \(best.joined(separator: " or "))."))
    }
    if path.neverEnds {
      let what =
        path.loop.count == 1
        ? "it stays in \(names.state(path.loop[0]))"
        : "it goes round in \(Self.count(path.loop.count, "state")), \(list(path.loop))"
      moments.append(
        try moment(
          .greedyLoop, at: path.change?.step ?? 0, value: Double(path.loop.count),
          "From here on a game with the best actions never ends: from \(names.state(start)) \(what)."
        ))
    }
    return moments.compactMap(\.self)
  }

  /// The first few states of a list.
  private func list(_ states: [Int]) -> String {
    let most = 4
    let shown = states.prefix(most).map { names.state($0) }.joined(separator: ", ")
    return states.count > most ? shown + ", …" : shown
  }
}
