internal import Rollouts
internal import SQLite

extension Recording {
  /// The identity of a run: a hash over states, actions, rewards, episodes and final parameters, in
  /// hexadecimal. Times, batches, sessions and metrics do not change it.
  public func digest() throws(RecordingError) -> String {
    try reading { () throws(RecordingError) in
      var hash = CanonicalHash()
      let steps = try stepCount()
      let kinds = try kinds()
      let cursor = try TableCursor<TransitionColumn>(self, kinds, key: .step, 0..<steps)
      var count = 0
      while try cursor.advance() {
        hash.add(cursor.rows, 0..<cursor.rows.count, from: .episode)
        count += cursor.rows.count
      }
      hash.add(count)
      try addEpisodes(to: &hash, kinds)
      if let last = try finalCheckpoint() {
        hash.add(last.step)
        hash.add(last.kind)
        hash.add(last.parameters)
      }
      return hash.finished().hexadecimal
    }
  }

  private func addEpisodes(
    to hash: inout CanonicalHash, _ kinds: ValueKinds
  ) throws(RecordingError) {
    let last = try value("SELECT max(episode) FROM episodes")?.int ?? 0
    // Columns of episodes that only format 2 has do not count.
    let cursor = try TableCursor<EpisodeColumn>(
      self, kinds, through: .finalState, key: .episode, 0..<min(max(0, last), 1 << 53) + 1)
    var count = 0
    while try cursor.advance() {
      hash.add(cursor.rows, 0..<cursor.rows.count, from: .episode)
      count += cursor.rows.count
    }
    hash.add(count)
  }
}

extension [UInt8] {
  /// Two digits per byte.
  package var hexadecimal: String {
    let digits = Array<UInt8>("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
