import Analysis
import Experiments
import Pictures
import Platform
import Recordings
import Rollouts

/// A table followed through training, once, for everything that a report shows of it: its maps at some steps, its
/// values at each moment of the episodes that can be played, why each of their steps was taken, the last update
/// of each cell, and its moments.
struct TableCourse {
  private(set) var maps: [HeatMap] = []
  private(set) var lastUpdates = LastUpdates()
  private(set) var history: TableHistory?

  private let recording: Recording
  private let run: RunDescription
  private let tables: PictureTables
  /// The most bytes for explanations and updates.
  private let room: Int

  init(_ recording: Recording, _ run: RunDescription, _ tables: PictureTables, room: Int) {
    (self.recording, self.run, self.tables, self.room) = (recording, run, tables, room)
  }

  /// Follows the table, and gives each episode its values: NaN for actions that are not allowed.
  mutating func follow(
    at mapSteps: [Int], _ reports: inout [RunReport.Episode], _ episodes: [Episode]
  ) throws {
    let learned =
      mapSteps.isEmpty ? nil : try tables.learnedMaps(of: recording) as? LearnedTables
    let table = try recording.qTable(at: 0)
    let keepsUpdates = learned != nil && mapSteps.count * table.states * 4 <= room / 2
    let follower = TableFollower(
      table, try places(reports, episodes),
      try episodes.map {
        try tables.catalog.explanationContext(of: recording, at: $0.firstStep)
      }, keepsUpdates: keepsUpdates)
    let wantsHistory = try recording.hasTableMoments(in: tables.catalog)
    let end = wantsHistory ? try recording.stepCount() : follower.lastStep ?? 0
    // One thread recomputes the updates of the log, another examines them.
    let reader = Reader(follower, wantsHistory ? TableHistory(table) : nil)
    let relay = Relay<Reader.Part> { reader.take($0) }
    try recording.forEachQTable(
      at: mapSteps.isEmpty ? [0, end] : mapSteps,
      observing: { relay.send(.updates($0)) },
      { _, table in
        guard let learned else { return }
        maps.append(learned.map(of: table))
        if keepsUpdates { relay.send(.map) }
      })
    relay.finish()
    take(reader, &reports)
  }

  private mutating func take(_ reader: Reader, _ reports: inout [RunReport.Episode]) {
    reader.follower.finish()
    (history, lastUpdates) = (reader.history, reader.lastUpdates)
    let (found, explained) = (reader.follower.values, reader.follower.explanations)
    for (index, values) in found.enumerated() { reports[index].values = values }
    if lastUpdates.bytes > room / 2 { lastUpdates = LastUpdates() }
    var left = room - lastUpdates.bytes
    for (index, lines) in explained.enumerated() {
      let bytes = lines.count * RunReport.Episode.explanationBytes
      guard bytes <= left else { continue }
      reports[index].explanations = lines
      left -= bytes
    }
  }

  /// Where each moment of the episodes is in the log, in ascending order.
  private func places(
    _ reports: [RunReport.Episode], _ episodes: [Episode]
  ) throws -> [TableFollower.Place] {
    var places: [TableFollower.Place] = []
    for (index, episode) in episodes.enumerated() {
      let report = reports[index]
      // If every n-th step is shown, a moment is several steps.
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
}

/// Examines the updates of a table, on one thread.
private final class Reader: @unchecked Sendable {
  /// Its messages.
  enum Part: Sendable {
    case updates([QUpdate])
    /// Draw a map of the current table.
    case map
  }

  var follower: TableFollower
  private(set) var history: TableHistory?
  private(set) var lastUpdates = LastUpdates()

  init(_ follower: TableFollower, _ history: TableHistory?) {
    (self.follower, self.history) = (follower, history)
  }

  func take(_ part: Part) {
    switch part {
    case .updates(let updates):
      follower.take(updates)
      history?.take(updates)
    case .map: lastUpdates.keep(follower.last)
    }
  }
}

/// The last update of each state at each map.
struct LastUpdates {
  private(set) var updates: [QUpdate] = []
  /// For each map and state the index of its last update.
  private(set) var places: [[Int: Int]] = []

  /// Their approximate size on a page: 28 bytes each.
  var bytes: Int { updates.count * 28 }

  /// Stores those at a map; updates of an earlier map are not stored again.
  mutating func keep(_ last: [QUpdate?]) {
    let before = places.last ?? [:]
    var now: [Int: Int] = [:]
    for case let update? in last {
      if let place = before[update.state], updates[place].step == update.step {
        now[update.state] = place
      } else {
        now[update.state] = updates.count
        updates.append(update)
      }
    }
    places.append(now)
  }
}
