package import Recordings
package import Rollouts

/// What one line, or one object, says of a recording.
package struct RunSummary {
  package let run: RunDescription
  package let path: String
  package let counts: RecordingCounts
  package let status: Recording.Status
  package let bytes: Int
  /// The mean return of the last hundred episodes, and the best return; nil where none has ended.
  package let lastMean: Double?
  package let best: Double?

  /// Reads a recording.
  package init(_ path: String) throws {
    let recording = try Recording(path)
    self.path = path
    run = try recording.description()
    counts = try recording.counts()
    let last = try recording.lastEpisodes(100).map(\.return).filter { !$0.isNaN }
    lastMean = last.isEmpty ? nil : last.reduce(0, +) / Double(last.count)
    best = try recording.bestReturn()
    status = try recording.status()
    bytes = recording.fileBytes()
  }

  /// Flat and stable.
  package var members: [JSON.Member] {
    [
      .init("file", .string(path)), .init("world", .string(run.world.name)),
      .init("map_name", .string(run.world.mapName)), .init("trainer", .string(run.trainer)),
      .init("preset", .string(run.preset)), .init("purpose", .string(run.purpose.rawValue)),
      .init("seed", run.hasSeed ? .integer(Int(run.seed)) : .null),
      .init("steps", .integer(counts.steps)),
      .init("episodes", .integer(counts.episodes)),
      .init("mean_return_last_100", lastMean.map(JSON.number) ?? .null),
      .init("max_return", best.map(JSON.number) ?? .null),
      .init("bytes", .integer(bytes)), .init("status", .string(status.rawValue)),
      .init("tags", .array(run.tags.map(JSON.string))), .init("note", .string(run.note)),
    ]
  }
}
