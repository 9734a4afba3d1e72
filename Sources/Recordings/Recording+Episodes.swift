public import Rollouts
internal import SQLite

/// One episode of a recording, without its steps.
///
/// ```swift
/// for episode in try recording.episodes() where episode.isOver {
///   print(episode.number, episode.steps, episode.return, episode.ending.name)
/// }
/// ```
public struct Episode: Sendable, Equatable {
  /// Its number; episodes count from 1.
  public var number: Int
  /// The seed of its reset, which in Reel's own runs is the run's seed; nil where there was none.
  public var seed: Int?
  /// Its first step.
  public var firstStep: Int
  /// The distance between its steps: the number of worlds side by side.
  public var stride: Int
  /// How many steps it has so far.
  public var steps: Int
  /// The sum of its rewards so far.
  public var `return`: Double
  /// How it ended; `interrupted` where it was abandoned, or is unfinished and its writer is gone.
  public var ending: Ending

  /// An episode, open or finished.
  package init(
    number: Int, seed: Int?, firstStep: Int, stride: Int, steps: Int, `return`: Double,
    ending: Ending
  ) {
    self.number = number
    self.seed = seed
    self.firstStep = firstStep
    self.stride = stride
    self.steps = steps
    self.return = `return`
    self.ending = ending
  }

  /// Its last step so far.
  public var lastStep: Int { firstStep &+ (steps &- 1) &* stride }
  /// Whether the world or a time limit ended it.
  public var isOver: Bool { ending == .terminated || ending == .truncated }
}

extension Recording {
  /// All episodes by number, without their states.
  public func episodes() throws(RecordingError) -> [Episode] {
    try reading { () throws(RecordingError) in
      guard let first = try value("SELECT min(episode) FROM episodes")?.int,
        let last = try value("SELECT max(episode) FROM episodes")?.int
      else { return [] }
      guard first > 0, last < 1 << 53 else {
        throw .damaged(path, "its episodes count from \(first) to \(last)")
      }
      return try episodes(from: first, through: last)
    }
  }

  /// The episodes of a selection, in its order; if their steps are needed, chosen among those that
  /// have them.
  public func episodes(
    _ selection: EpisodeSelection, withSteps: Bool = false
  ) throws(RecordingError) -> [Episode] {
    let thinning = withSteps ? try thinning() : nil
    var choice = EpisodeChoice(selection)
    var count: Int
    repeat {
      count = 0
      let pages = try EpisodePages(self)
      while let episodes = try pages.next() {
        for episode in episodes where thinning?.keeps(episode: episode.number) ?? true {
          choice.take(episode)
          count += 1
        }
      }
    } while !choice.finishPass()
    if count == 0, thinning != nil { throw RecordingError(.absent, try lackingSteps()) }
    let chosen = choice.chosen
    if chosen.isEmpty {
      throw RecordingError(
        .absent,
        count == 0
          ? "\(path) has no episode yet"
          : "\(path) has \(count) episodes\(thinning == nil ? "" : " with steps"),"
            + " but none is '\(selection)'")
    }
    return chosen
  }

  /// The episodes of each selection, in its order and possibly none, among those with steps that pass `filter`, which
  /// gets them in groups.
  package func episodesWithSteps(
    _ selections: [EpisodeSelection], where filter: ([Episode]) throws -> [Episode] = { $0 }
  ) throws -> [[Episode]] {
    var choices = selections.map { EpisodeChoice($0) }
    var isDone: Bool
    repeat {
      try forEachEpisodesWithSteps { episodes in
        for episode in try filter(episodes) {
          for index in choices.indices { choices[index].take(episode) }
        }
      }
      isDone = true
      for index in choices.indices { isDone = choices[index].finishPass() && isDone }
    } while !isDone
    return choices.map(\.chosen)
  }

  /// Calls `body` with all episodes by number, in groups.
  package func forEachEpisodes(_ body: ([Episode]) throws -> Void) throws {
    let pages = try EpisodePages(self)
    while let episodes = try pages.next() { try body(episodes) }
  }

  /// Calls `body` with all episodes whose steps are present, in groups; a thinned copy lacks some.
  package func forEachEpisodesWithSteps(_ body: ([Episode]) throws -> Void) throws {
    guard let thinning = try thinning() else { return try forEachEpisodes(body) }
    try forEachEpisodes { try body($0.filter { thinning.keeps(episode: $0.number) }) }
  }

  /// The last episode that began before a step; nil if there is none.
  package func lastEpisode(before step: Int) throws(RecordingError) -> Episode? {
    try reading { () throws(RecordingError) in
      // Episodes begin in the order of their numbers; some numbers may be missing.
      var (low, high) = (1, try newestEpisode())
      var found: Int?
      while low <= high {
        let middle = low + (high - low) / 2
        let row = try rows(
          "SELECT episode, first_step FROM episodes WHERE episode <= ? ORDER BY episode DESC LIMIT 1",
          .integer(middle)
        ).first
        if let number = row?[0].int, let first = row?[1].int, number >= low {
          if first < step { (found, low) = (number, middle + 1) } else { high = number - 1 }
        } else {
          low = middle + 1
        }
      }
      return try found.map { number throws(RecordingError) in try episode(number) }
    }
  }

  /// One episode.
  public func episode(_ number: Int) throws(RecordingError) -> Episode {
    try reading { () throws(RecordingError) in
      guard (1..<1 << 53).contains(number),
        let episode = try episodes(from: number, through: number).first
      else {
        throw RecordingError(.absent, "\(path) has no episode \(number)")
      }
      return episode
    }
  }

  func episodes(from first: Int, through last: Int) throws(RecordingError) -> [Episode] {
    // Only read where an episode has no end, because it reads the sessions.
    var running: Ending?
    let cursor = try TableCursor<EpisodeColumn>(
      self, through: .ending, key: .episode, first..<last + 1)
    // A step takes at least ten bytes of a file, so a file cannot have more steps than this.
    let most = fileBytes() / 8
    let thinning = try thinning()
    var episodes: [Episode] = []
    while try cursor.advance() {
      for row in 0..<cursor.rows.count {
        var episode = try episode(cursor.rows, row)
        if episode.ending == .running {
          if running == nil { running = try runningEnding() }
          episode.ending = running ?? .interrupted
        }
        guard episode.number > episodes.last?.number ?? 0,
          episode.steps <= most || thinning?.keeps(episode: episode.number) == false
        else { throw .damaged(path, "episode \(episode.number) cannot be read") }
        episodes.append(episode)
      }
    }
    return episodes
  }

  /// An episode from its row; one without an end is running.
  private func episode(
    _ rows: TableRows<EpisodeColumn>, _ row: Int
  ) throws(RecordingError) -> Episode {
    let episode = Episode(
      number: rows.int(row, .episode), seed: rows.optional(row, .seed),
      firstStep: rows.int(row, .firstStep), stride: rows.int(row, .stride),
      steps: rows.int(row, .steps), return: rows.real(row, .return),
      ending: Ending(rawValue: UInt8(clamping: rows.int(row, .ending))) ?? .running)
    guard
      Self.isSound(
        episode.number, first: episode.firstStep, episode.stride, steps: episode.steps)
    else { throw .damaged(path, "episode \(episode.number) cannot be read") }
    return episode
  }

  /// Whether an episode's numbers are small enough to compute with.
  static func isSound(_ number: Int, first: Int, _ stride: Int, steps: Int) -> Bool {
    let most = 1 << 53
    return (1..<most).contains(number) && first >= 0 && first < most
      && (1...1 << 20).contains(stride) && steps > 0
      && steps <= most / stride
  }

  /// The ending of an unfinished episode: running where a living process writes it.
  func runningEnding() throws(RecordingError) -> Ending {
    try status() == .writing ? .running : .interrupted
  }
}

/// All episodes by number, in groups. A writer is not held up: each group is read in its current
/// state.
final class EpisodePages {
  private let recording: Recording
  private var unread: Int?
  private let last: Int

  init(_ recording: Recording) throws(RecordingError) {
    self.recording = recording
    last = try recording.newestEpisode()
    unread = try Self.first(of: recording, from: .min)
    guard unread ?? 1 > 0, last < 1 << 53 else {
      throw .damaged(recording.path, "its episodes count from \(unread ?? 1) to \(last)")
    }
  }

  /// The next group; nil after the last.
  func next() throws(RecordingError) -> [Episode]? {
    guard let first = unread, first <= last else { return nil }
    let through = min(last, first + 4095)
    let episodes = try recording.reading { () throws(RecordingError) in
      try recording.episodes(from: first, through: through)
    }
    unread = try Self.first(of: recording, from: through + 1)
    return episodes
  }

  private static func first(
    of recording: Recording, from number: Int
  ) throws(RecordingError) -> Int? {
    try recording.value("SELECT min(episode) FROM episodes WHERE episode >= ?", .integer(number))?
      .int
  }
}
