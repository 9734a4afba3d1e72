package import Rollouts
internal import SQLite

extension Recording {
  /// Calls `body` with the states of some episodes in order, including the first and the last state of each; of a long
  /// episode, with its last `most` states. Reads only their steps, not those between them.
  package func forEachCourse(
    of episodes: [Episode], most: Int = .max, _ body: (Episode, [Value]) throws -> Void
  ) throws {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        let courses = try EpisodeCourses(self, episodes)
        for episode in episodes {
          let states = try courses.states(of: episode, most: most)
          try body(episode, try states ?? self.states(of: episode).suffix(most))
        }
      }, orThrow: { RecordingError($0, path: path) })
  }
}

/// Reads the states of many episodes one after another.
private final class EpisodeCourses {
  private let path: String
  private let rows: TableRows<TransitionColumn>
  private let reader: RowReader<TransitionColumn>
  private let final: Statement
  private let states: Columns.Kind

  init(_ recording: Recording, _ episodes: [Episode]) throws(RecordingError) {
    path = recording.path
    let kinds = try recording.kinds()
    states = kinds.state
    rows = TableRows(kinds, capacity: 1024, in: recording.format)
    (reader, final) = try withRecordingErrors(path) { () throws(SQLiteError) in
      (
        try RowReader(
          recording.database, key: .step, count: episodes.reduce(0) { $0 + $1.steps },
          in: recording.format),
        try recording.database.prepare("SELECT final_state FROM episodes WHERE episode = ?")
      )
    }
  }

  /// Nil where the episode's steps are not consecutive, as when worlds ran side by side.
  func states(of episode: Episode, most: Int) throws(RecordingError) -> [Value]? {
    guard episode.stride == 1 else { return nil }
    return try withRecordingErrors(path) { () throws(SQLiteError) in
      var states: [Value] = []
      // With the state that the last step led to there are as many as wanted.
      let count = min(episode.steps, most - 1)
      states.reserveCapacity(count + 1)
      var step = episode.lastStep - count + 1
      while step <= episode.lastStep {
        let end = min(episode.lastStep + 1, step + rows.columns.capacity)
        rows.columns.removeAll()
        try reader.read(step..<end, into: rows)
        guard rows.count == end - step else { return nil }
        for row in 0..<rows.count {
          guard rows.int(row, .episode) == episode.number else { return nil }
          states.append(
            rows.columns.value(of: unsafe rows.column(.state)[row], kind: self.states))
        }
        step = end
      }
      try final.bind(.integer(episode.number), at: 1)
      defer { final.reset() }
      guard try final.step(), let last = final.value(at: 0).recorded else { return nil }
      return states + [last]
    }
  }
}
