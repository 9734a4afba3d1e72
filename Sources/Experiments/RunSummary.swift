package import Recordings
package import Rollouts

/// What one line, or one object, says of a recording.
package struct RunSummary {
  package let run: RunDescription
  package let path: String
  package let steps: Int
  package let episodes: Int
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
    steps = try recording.stepCount()
    let all = try recording.episodes()
    episodes = all.count
    let returns = all.filter(\.isOver).map(\.return)
    let last = returns.suffix(100)
    lastMean = last.isEmpty ? nil : last.reduce(0, +) / Double(last.count)
    best = returns.max()
    status = try recording.status()
    bytes = recording.fileBytes()
  }

  /// Flat and stable.
  package var members: [JSON.Member] {
    [
      .init("file", .string(path)), .init("world", .string(run.world.name)),
      .init("map_name", .string(run.world.mapName)), .init("trainer", .string(run.trainer)),
      .init("preset", .string(run.preset)), .init("purpose", .string(run.purpose.rawValue)),
      .init("seed", .integer(Int(run.seed))), .init("steps", .integer(steps)),
      .init("episodes", .integer(episodes)),
      .init("mean_return_last_100", lastMean.map(JSON.number) ?? .null),
      .init("max_return", best.map(JSON.number) ?? .null),
      .init("bytes", .integer(bytes)), .init("status", .string(status.rawValue)),
      .init("tags", .array(run.tags.map(JSON.string))), .init("note", .string(run.note)),
    ]
  }
}
