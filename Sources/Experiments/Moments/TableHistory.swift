package import Recordings
package import Rollouts

/// Follows the updates of a Q-table and keeps the largest ones, the steps at which each state's best actions
/// last changed, and the states that each action led to. Memory grows with the table, not with the steps.
package struct TableHistory: Sendable {
  /// How many updates there were.
  private(set) var updates = 0
  /// The update with the largest error, and the error: r + γ max Q′ − Q.
  private(set) var largestError: (update: QUpdate, error: Double)?
  /// The update that lowered its state's value most, with the value before and after.
  private(set) var largestDrop: (update: QUpdate, before: Double, after: Double)?

  private let states: Int
  private let actions: Int
  private var values: [Double]
  /// The last step that changed the best actions of each state; −1 if none did.
  private var changes: [Int]
  /// The first state that each action led to, −1 if it was never taken, and any others. Int32 is enough: no
  /// table of more than 2³¹ states fits in memory.
  private var followers: [Int32]
  private var otherFollowers: [Int: Set<Int>] = [:]
  /// The first two of the others again, side by side: most actions have no more, and sets are slow to query.
  private var aside: [Int32] = []
  /// Whether an action ever ended an episode.
  private var ends: [Bool]

  /// The history before any update.
  package init(_ table: QTable) {
    (states, actions, values) = (table.states, table.actions, table.values)
    changes = Array(repeating: -1, count: states)
    followers = Array(repeating: -1, count: states * actions)
    ends = Array(repeating: false, count: states * actions)
  }

  /// Takes the next updates.
  package mutating func take(_ updates: [QUpdate]) {
    for update in updates { take(update) }
  }

  private mutating func take(_ update: QUpdate) {
    updates += 1
    let row = update.state * actions
    let place = row + update.action
    var others = -Double.infinity
    for other in row..<row + actions where other != place && values[other] > others {
      others = values[other]
    }
    let (before, after) = (max(update.before, others), max(update.after, others))
    let (leastBefore, leastAfter) = (Self.leastOfBest(before), Self.leastOfBest(after))
    var isChange = (update.before >= leastBefore) != (update.after >= leastAfter)
    if leastBefore != leastAfter {
      for other in row..<row + actions where other != place {
        if (values[other] >= leastBefore) != (values[other] >= leastAfter) { isChange = true }
      }
    }
    if isChange { changes[update.state] = update.step }
    values[place] = update.after
    let error = (update.after - update.before) / update.alpha
    if error.isFinite, abs(error) > abs(largestError?.error ?? 0) {
      largestError = (update, error)
    }
    if before - after > largestDrop.map({ $0.before - $0.after }) ?? 0 {
      largestDrop = (update, before, after)
    }
    follow(update, place)
  }

  private mutating func follow(_ update: QUpdate, _ place: Int) {
    if update.ending == .terminated {
      ends[place] = true
    } else if followers[place] < 0 {
      followers[place] = Int32(truncatingIfNeeded: update.next)
    } else if Int(followers[place]) != update.next {
      followAside(update.next, place)
    }
  }

  private mutating func followAside(_ next: Int, _ place: Int) {
    if aside.isEmpty { aside = Array(repeating: -1, count: 2 * followers.count) }
    for known in 2 * place..<2 * place + 2 {
      if Int(aside[known]) == next { return }
      guard aside[known] < 0 else { continue }
      aside[known] = Int32(truncatingIfNeeded: next)
      break
    }
    otherFollowers[place, default: []].insert(next)
  }

  /// The lowest value that counts as equal to the best. Values that should be equal only approach each other,
  /// so differences below a millionth are ignored.
  private static func leastOfBest(_ best: Double) -> Double { best - abs(best) * 1e-6 }

  // MARK: The greedy path

  /// The states that can be reached by the best actions.
  struct GreedyPath {
    /// In the order in which they are found; the first is the start.
    var states: [Int]
    /// Whether no action on it ever ended an episode, and each was taken: then the game never ends.
    var neverEnds: Bool
    /// The loop of a game that never ends.
    var loop: [Int] = []
    /// The last step that changed the best actions of one of the states, and that state; nil if none did.
    var change: (step: Int, state: Int)?
  }

  /// The best actions of a state; the value of an illegal action is −∞.
  func bestActions(_ state: Int) -> [Int] {
    let row = values[state * actions..<(state + 1) * actions]
    guard let best = row.max(), best > -.infinity else { return [] }
    let least = Self.leastOfBest(best)
    return (0..<actions).filter { row[row.startIndex + $0] >= least }
  }

  /// The path by the present values, to every state that an action was ever seen to lead to. If
  /// several actions are equally good, it follows all of them.
  ///
  /// The path differs exactly if the best actions of one of its states differ, so it has been the same
  /// since the last step that changed those of any of its states.
  func greedyPath(from start: Int) -> GreedyPath {
    var path = GreedyPath(states: [start], neverEnds: true)
    var isFound = Array(repeating: false, count: states)
    isFound[start] = true
    var next = 0
    while next < path.states.count {
      let state = path.states[next]
      next += 1
      if changes[state] > path.change?.step ?? -1 { path.change = (changes[state], state) }
      if hasWayOut(state) { path.neverEnds = false }
      for follower in greedyFollowers(state) where !isFound[follower] {
        isFound[follower] = true
        path.states.append(follower)
      }
    }
    if path.neverEnds { path.loop = loop(in: path.states) }
    return path
  }

  /// Whether a best action of a state ended an episode, or was never taken, so that its end is unknown.
  private func hasWayOut(_ state: Int) -> Bool {
    let best = bestActions(state)
    return best.isEmpty
      || best.contains { action in
        let place = state * actions + action
        return ends[place] || followers[place] < 0
      }
  }

  private func greedyFollowers(_ state: Int) -> [Int] {
    bestActions(state).flatMap { action in
      let place = state * actions + action
      return (followers[place] < 0 ? [] : [Int(followers[place])])
        + (otherFollowers[place]?.sorted() ?? [])
    }
  }

  /// The states that stay after removing, again and again, those that no remaining state leads to.
  private func loop(in reached: [Int]) -> [Int] {
    var ways: [Int: Int] = [:]
    for state in reached {
      for follower in greedyFollowers(state) { ways[follower, default: 0] += 1 }
    }
    var passed = reached.filter { ways[$0] == nil }
    var isPassed = Set(passed)
    while let state = passed.popLast() {
      for follower in greedyFollowers(state) {
        ways[follower, default: 0] -= 1
        if ways[follower] == 0, isPassed.insert(follower).inserted { passed.append(follower) }
      }
    }
    return reached.filter { !isPassed.contains($0) }
  }
}
