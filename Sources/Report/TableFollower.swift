import Experiments
import Recordings
import Rollouts

/// Follows the updates of a table, and reads its values at some moments on the way.
struct TableFollower {
  /// A state at a moment of an episode.
  struct Place {
    var step: Int
    /// Which of the shown episodes.
    var episode: Int
    var state: Int
    /// The step taken there; nil at an episode's end, or if steps are skipped.
    var taken: RecordedStep?
  }

  /// The table's values at each moment of each episode: NaN for actions that are not allowed.
  private(set) var values: [[Float]]
  /// Why each of their steps was taken.
  private(set) var explanations: [[String]]
  /// The last update of each state; empty if they are not kept.
  private(set) var last: [QUpdate?]

  private let places: [Place]
  private var next = 0
  private let contexts: [TableExplanation.Context]
  private let actions: Int
  private var table: (values: [Double], visits: [UInt32])

  /// Begins with the table of step 0; moments are in the order of the log.
  init(
    _ table: QTable, _ places: [Place], _ contexts: [TableExplanation.Context], keepsUpdates: Bool
  ) {
    (self.places, self.contexts) = (places, contexts)
    actions = table.actions
    self.table = (table.values, table.visits)
    values = contexts.map { _ in [] }
    explanations = contexts.map { _ in [] }
    last = Array(repeating: nil, count: keepsUpdates ? table.states : 0)
  }

  /// The last moment of interest.
  var lastStep: Int? { places.last?.step }

  /// Takes the next updates.
  mutating func take(_ updates: [QUpdate]) {
    let keeps = !last.isEmpty
    for update in updates {
      while next < places.count, places[next].step <= update.step { look(update) }
      let place = update.state * actions + update.action
      table.values[place] = update.after
      table.visits[place] &+= 1
      if keeps { last[update.state] = update }
    }
  }

  /// Called after the last update.
  mutating func finish() {
    while next < places.count { look(nil) }
  }

  /// Stores the table's values at the next moment, before an update.
  private mutating func look(_ update: QUpdate?) {
    let place = places[next]
    next += 1
    let first = place.state * actions
    let row = table.values[first..<first + actions]
    values[place.episode] += row.map { $0.isFinite ? Float($0) : .nan }
    guard let taken = place.taken, let facts = taken.indices else { return }
    let rows = TableExplanation.Rows(
      values: Array(row), visits: table.visits[first..<first + actions].map { Int($0) },
      next: Array(table.values[facts.next * actions..<(facts.next + 1) * actions]))
    let isOwn = update?.step == place.step
    explanations[place.episode].append(
      TableExplanation(
        taken, facts, rows, isOwn ? update : nil, in: contexts[place.episode]
      ).summary.joined(separator: "\n"))
  }
}

extension RecordedStep {
  /// State, action and next state of a table's world.
  fileprivate var indices: (state: Int, action: Int, next: Int)? {
    guard case .index(let state) = state, case .index(let action) = action,
      case .index(let next) = next
    else { return nil }
    return (state, action, next)
  }
}
