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

  /// About as many bytes as an update takes.
  private static let updateBytes = 28

  init(_ recording: Recording, _ run: RunDescription, _ tables: PictureTables, room: Int) {
    (self.recording, self.run, self.tables, self.room) = (recording, run, tables, room)
  }

  /// Follows the table, and gives each episode what it said: NaN of what is not allowed.
  mutating func follow(
    at mapSteps: [Int], _ reports: inout [RunReport.Episode], _ episodes: [Episode]
  ) throws {
    let learned =
      mapSteps.isEmpty ? nil : try tables.learnedMaps(of: recording) as? LearnedTables
    let table = try recording.qTable(at: 0)
    let keepsUpdates = learned != nil && mapSteps.count * table.states * 4 <= room / 2
    var follower = TableFollower(
      table, try places(reports, episodes),
      try episodes.map {
        try tables.catalog.explanationContext(of: recording, at: $0.firstStep)
      }, keepsUpdates: keepsUpdates)
    try recording.forEachQTable(
      at: mapSteps.isEmpty ? [0, follower.lastStep ?? 0] : mapSteps,
      observing: { follower.take($0) },
      { _, table in
        guard let learned else { return }
        maps.append(learned.map(of: table))
        if keepsUpdates { keep(follower.last) }
      })
    follower.finish()
    let (found, explained) = (follower.values, follower.explanations)
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
  ) throws -> [TableFollower.Place] {
    var places: [TableFollower.Place] = []
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
          TableFollower.Place(
            step: episode.firstStep + t * episode.stride, episode: index, state: state,
            taken: steps.indices.contains(place) ? steps[place] : nil))
      }
    }
    return places.sorted { ($0.step, $0.episode) < ($1.step, $1.episode) }
  }

  /// Keeps the last updates by a map; those that an earlier map had are not kept again.
  private mutating func keep(_ last: [QUpdate?]) {
    let before = lastUpdates.last ?? [:]
    var now: [Int: Int] = [:]
    for case let update? in last {
      if let place = before[update.state], updates[place].step == update.step {
        now[update.state] = place
      } else {
        now[update.state] = updates.count
        updates.append(update)
      }
    }
    lastUpdates.append(now)
  }
}
