import Analysis
import Experiments
import Pictures
import Recordings
import Rollouts

/// A table followed through training, once, for all that a report shows of it: its maps at some steps, what it
/// said at each moment of the episodes that can be played, why each of their steps was taken, and the last update
/// of each cell.
struct TableCourse {
  private(set) var maps: [HeatMap] = []
  /// The last update of each state by each map, as a place in `updates`.
  private(set) var lastUpdates: [[Int: Int]] = []
  private(set) var updates: [QUpdate] = []

  private let recording: Recording
  private let run: RunDescription
  private let tables: PictureTables
  /// How many bytes words and updates may take.
  private let room: Int
  /// A state at a moment of an episode.
  private struct Place {
    var step: Int
    var episode: Int
    var state: Int
    /// The step that was taken there; nil at an episode's end, or where steps are left out.
    var taken: RecordedStep?
  }

  /// About as many bytes as an update takes.
  private static let updateBytes = 28

  init(_ recording: Recording, _ run: RunDescription, _ tables: PictureTables, room: Int) {
    (self.recording, self.run, self.tables, self.room) = (recording, run, tables, room)
  }

  /// Follows the table, and gives each episode what it said: NaN of what is not allowed.
  mutating func follow(
    at mapSteps: [Int], _ reports: inout [RunReport.Episode], _ episodes: [Episode]
  ) throws {
    let places = try places(reports, episodes)
    let table = try recording.qTable(at: 0)
    let count = table.actions
    var (values, visits) = (table.values, table.visits)
    var found: [[Float]] = episodes.map { _ in [] }
    var explained: [[String]] = episodes.map { _ in [] }
    let contexts = try episodes.map {
      try tables.catalog.explanationContext(of: recording, at: $0.firstStep)
    }
    var next = 0
    func read(before step: Int, _ update: QUpdate?) {
      while next < places.count, places[next].step < step {
        let place = places[next]
        let first = place.state * count
        let row = values[first..<first + count]
        found[place.episode] += row.map { $0.isFinite ? Float($0) : .nan }
        if let taken = place.taken, let facts = taken.indices {
          let rows = TableExplanation.Rows(
            values: Array(row), visits: visits[first..<first + count].map { Int($0) },
            next: Array(values[facts.next * count..<(facts.next + 1) * count]))
          let isOwn = update?.step == place.step
          explained[place.episode].append(
            TableExplanation(
              taken, facts, rows, isOwn ? update : nil, in: contexts[place.episode]
            ).summary.joined(separator: "\n"))
        }
        next += 1
      }
    }
    let keepsUpdates = mapSteps.count * table.states * 4 <= room / 2
    let learned =
      mapSteps.isEmpty ? nil : try tables.learnedMaps(of: recording) as? LearnedTables
    var last: [Int: QUpdate] = [:]
    try recording.forEachQTable(
      at: mapSteps.isEmpty ? [0, places.last?.step ?? 0] : mapSteps,
      observing: { update in
        read(before: update.step + 1, update)
        let place = update.state * count + update.action
        values[place] = update.after
        visits[place] &+= 1
        last[update.state] = update
      },
      { _, table in
        guard let learned else { return }
        maps.append(learned.map(of: table))
        if keepsUpdates { keep(last) }
      })
    read(before: .max, nil)
    for (index, values) in found.enumerated() { reports[index].values = values }
    if updates.count * Self.updateBytes > room / 2 { (updates, lastUpdates) = ([], []) }
    var left = room - updates.count * Self.updateBytes
    for (index, lines) in explained.enumerated() {
      let bytes = lines.count * RunReport.Episode.explanationBytes
      guard bytes <= left else { continue }
      reports[index].explanations = lines
      left -= bytes
    }
  }

  /// Where each moment of the episodes stands in the log, in its order.
  private func places(
    _ reports: [RunReport.Episode], _ episodes: [Episode]
  ) throws -> [Place] {
    var places: [Place] = []
    for (index, episode) in episodes.enumerated() {
      let report = reports[index]
      // Where every n-th step is shown, a moment is several steps.
      let isWhole = report.steps.count == episode.steps + 1
      let steps = isWhole ? try recording.steps(of: episode) : []
      for (place, (t, state)) in zip(report.steps, report.states).enumerated() {
        guard case .index(let state) = state else {
          throw RunError.damaged(recording.path, "a Q-table's states are numbers")
        }
        places.append(
          Place(
            step: episode.firstStep + t * episode.stride, episode: index, state: state,
            taken: steps.indices.contains(place) ? steps[place] : nil))
      }
    }
    return places.sorted { ($0.step, $0.episode) < ($1.step, $1.episode) }
  }

  /// Keeps the last updates by a map; those that an earlier map had are not kept again.
  private mutating func keep(_ last: [Int: QUpdate]) {
    let before = lastUpdates.last ?? [:]
    var now: [Int: Int] = [:]
    for state in last.keys.sorted() {
      guard let update = last[state] else { continue }
      if let place = before[state], updates[place].step == update.step {
        now[state] = place
      } else {
        now[state] = updates.count
        updates.append(update)
      }
    }
    lastUpdates.append(now)
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
