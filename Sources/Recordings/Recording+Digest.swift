internal import Rollouts
internal import SQLite

extension Recording {
  /// What identifies a run: a hash over states, actions, rewards, episodes and final parameters, in
  /// hexadecimal. Times, batches, sessions and metrics do not change it.
  package func digest() throws(RecordingError) -> String {
    try reading { () throws(RecordingError) in
      var hash = CanonicalHash()
      let steps = try stepCount()
      let kinds = try kinds()
      let cursor = try TableCursor(
        self, "transitions", [.integer, .integer, kinds.state, kinds.action, .real],
        "step, episode, state, action, reward", key: "step", 0..<steps)
      var count = 0
      while try cursor.advance() {
        hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 1..<5)
        count += cursor.rows.count
      }
      hash.add(count)
      try addEpisodes(to: &hash, state: kinds.state)
      if let last = try finalCheckpoint() {
        hash.add(last.step)
        hash.add(last.kind)
        hash.add(last.parameters)
      }
      return hash.finished().hexadecimal
    }
  }

  private func addEpisodes(
    to hash: inout CanonicalHash, state: Columns.Kind
  ) throws(RecordingError) {
    let last = try rows("SELECT max(episode) FROM episodes").first?.first?.int ?? 0
    let cursor = try TableCursor(
      self, "episodes", Self.episodeKinds(state: state), Self.episodeColumns, key: "episode",
      0..<min(max(0, last), 1 << 53) + 1)
    var count = 0
    while try cursor.advance() {
      hash.add(cursor.rows, rows: 0..<cursor.rows.count, columns: 0..<8)
      count += cursor.rows.count
    }
    hash.add(count)
  }

  private static let episodeColumns = """
    episode, seed, first_step, stride, steps, return, \(endingNumber), final_state
    """

  private static func episodeKinds(state: Columns.Kind) -> [Columns.Kind] {
    [.integer, .integer, .integer, .integer, .integer, .real, .name, state]
  }
}

extension [UInt8] {
  /// Two digits a byte.
  package var hexadecimal: String {
    let digits = Array<UInt8>("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
