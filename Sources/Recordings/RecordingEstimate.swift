/// How large a recording will be, to be printed before a long run.
package enum RecordingEstimate {
  /// The bytes that a number of steps of a discrete world take, with episodes of a mean length.
  ///
  /// Measured: 17 bytes a transition where rewards are whole numbers and 7 more where they are not,
  /// and 31 bytes an episode.
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
