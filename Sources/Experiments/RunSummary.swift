package import Recordings
package import Rollouts

/// A short description of a recording, for one line or one JSON object.
package struct RunSummary {
  package let run: RunDescription
  package let path: String
  package let steps: Int
  package let episodes: Int
  package let status: Recording.Status
  package let bytes: Int
  /// The mean return of the last hundred episodes, and the best return; nil if no episode has ended.
  package let lastMean: Double?
  package let best: Double?

  /// Reads a recording, or a catalog's entry.
  package init(_ place: RunPlaces.Place) throws {
    path = place.path
    switch place {
    case .file(let path):
      let recording = try Recording(path)
      run = try recording.description()
      let counts = try recording.counts()
      (steps, episodes) = (counts.steps, counts.episodes)
      (lastMean, best) = (try recording.lastMean(), try recording.bestReturn())
      (status, bytes) = (try recording.status(), recording.fileBytes())
    case .cataloged(_, let known):
      (run, steps, episodes) = (known.description, known.steps, known.episodes)
      (lastMean, best) = (known.lastMean, known.best)
      (status, bytes) = (known.status, known.bytes)
    }
  }

  /// The score of a run: the mean return of its last hundred episodes, or a language model's last validation
  /// loss.
  package static func score(of path: String) throws -> (score: Double?, isLoss: Bool) {
    let recording = try Recording(path)
    if try recording.description().isOfText {
      return (try recording.metric("losses/validation").values.last, true)
    }
    return (try recording.lastMean(), false)
  }

  /// The summary as JSON; the keys are stable.
  package var members: [JSON.Member] {
    [
      .init("file", .string(path)), .init("world", .string(run.world.name)),
      .init("map_name", .string(run.world.mapName)), .init("trainer", .string(run.trainer)),
      .init("preset", .string(run.preset)), .init("purpose", .string(run.purpose.rawValue)),
      .init("seed", run.hasSeed ? .integer(Int(run.seed)) : .null),
      .init("steps", .integer(steps)),
      .init("episodes", .integer(episodes)),
      .init("mean_return_last_100", lastMean.map(JSON.number) ?? .null),
      .init("max_return", best.map(JSON.number) ?? .null),
      .init("bytes", .integer(bytes)), .init("status", .string(status.rawValue)),
      .init("tags", .array(run.tags.map(JSON.string))), .init("note", .string(run.note)),
    ]
  }
}

extension Recording {
  /// The mean return of the last hundred episodes; nil if none has ended.
  fileprivate func lastMean() throws -> Double? {
    let last = try lastEpisodes(100).map(\.return).filter { !$0.isNaN }
    return last.isEmpty ? nil : last.reduce(0, +) / Double(last.count)
  }
}
