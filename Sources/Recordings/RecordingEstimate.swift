/// An estimate of a recording's size, printed before a long run.
package enum RecordingEstimate {
  /// The bytes for a number of steps of a discrete world, with a given mean length of episodes.
  ///
  /// Measured: 17 bytes per transition with whole rewards, 7 more with other rewards, and 31 bytes
  /// per episode.
  package static func bytes(
    steps: Int, episodeLength: Double = 12, stateBytes: Int = 1, actionBytes: Int = 1,
    wholeRewards: Bool = true
  ) -> Int {
    let row = 15 + Double(stateBytes) + Double(actionBytes) + (wholeRewards ? 0 : 7)
    let episode = (31 + Double(stateBytes)) / max(1, episodeLength)
    let bytes = 65_536 + Double(max(0, steps)) * (row + episode)
    return bytes < 0x1p62 ? Int(bytes) : .max
  }
}
