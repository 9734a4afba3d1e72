package import Rollouts
internal import SQLite

/// A row of a recording's episodes.
package struct Episode: Sendable, Equatable {
  /// Its number; episodes count from 1.
  package var number: Int
  /// The seed of the run that it was played in.
  package var seed: Int
  /// The step that it begins with.
  package var firstStep: Int
  /// How far its steps are apart: the number of worlds that ran side by side.
  package var stride: Int
  /// How many steps it has, so far.
  package var steps: Int
  /// The sum of its rewards, so far.
  package var `return`: Double
  /// How it ended; `interrupted` where it runs and its writer is gone.
  package var ending: Ending

  /// An episode, open or over.
  package init(
    number: Int, seed: Int, firstStep: Int, stride: Int, steps: Int, `return`: Double,
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

  /// The last step that it has.
  package var lastStep: Int { firstStep &+ (steps &- 1) &* stride }
  /// Whether the world or a time limit ended it.
  package var isOver: Bool { ending == .terminated || ending == .truncated }
}

extension Recording {
  /// All episodes by number, without their states.
  package func episodes() throws(RecordingError) -> [Episode] {
    try reading { () throws(RecordingError) in
      guard let bounds = try rows("SELECT min(episode), max(episode) FROM episodes").first,
        let first = bounds[0].int, let last = bounds[1].int
      else { return [] }
      guard first > 0, last < 1 << 53 else {
        throw .damaged(path, "its episodes count from \(first) to \(last)")
      }
      return try episodes(from: first, through: last)
    }
  }

  /// The episodes that a selection names, in its order; where their steps are wanted, among those that
  /// have them.
  package func episodes(
    _ selection: EpisodeSelection, withSteps: Bool = false
  ) throws(RecordingError) -> [Episode] {
    let isThinned = withSteps ? try thinning() != nil : false
    let all = isThinned ? try episodesWithSteps() : try episodes()
    let chosen = selection.choose(from: all)
    if chosen.isEmpty {
      throw RecordingError(
        .absent,
        all.isEmpty
          ? "\(path) has no episode yet"
          : "\(path) has \(all.count) episodes\(isThinned ? " with steps" : ""),"
            + " but none is '\(selection)'")
    }
    return chosen
  }

  /// All episodes whose steps are there; a thinned copy lacks some.
  package func episodesWithSteps() throws(RecordingError) -> [Episode] {
    let thinning = try thinning()
    return try episodes().filter { thinning?.keeps(episode: $0.number) ?? true }
  }

  /// The last reward of each episode, by its number; a sign of success in most worlds.
  package func lastRewards() throws(RecordingError) -> [Int: Double] {
    let rows = try rows(
      """
      SELECT episodes.episode, transitions.reward FROM episodes JOIN transitions
      ON transitions.step = episodes.first_step + (episodes.steps - 1) * episodes.stride
      """)
    var rewards: [Int: Double] = [:]
    rewards.reserveCapacity(rows.count)
    for row in rows {
      guard let episode = row[0].int, let reward = row[1].double else { continue }
      rewards[episode] = reward
    }
    return rewards
  }

  /// One episode.
  package func episode(_ number: Int) throws(RecordingError) -> Episode {
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
    let running = try runningEnding()
    let cursor = try TableCursor(
      self, "episodes", [.integer, .integer, .integer, .integer, .integer, .real, .integer],
      "episode, seed, first_step, stride, steps, return, \(Self.endingNumber)", key: "episode",
      first..<last + 1)
    var episodes: [Episode] = []
    while try cursor.advance() {
      for row in 0..<cursor.rows.count {
        episodes.append(try episode(cursor.rows, row, running: running))
      }
    }
    return episodes
  }

  private func episode(
    _ columns: Columns, _ row: Int, running: Ending
  ) throws(RecordingError) -> Episode {
    let ending = Ending(rawValue: UInt8(clamping: columns.int(row, 6))) ?? .running
    let episode = Episode(
      number: columns.int(row, 0), seed: columns.int(row, 1), firstStep: columns.int(row, 2),
      stride: columns.int(row, 3), steps: columns.int(row, 4), return: columns.real(row, 5),
      ending: ending == .running ? running : ending)
    guard
      Self.isSound(
        episode.number, first: episode.firstStep, episode.stride, steps: episode.steps)
    else { throw .damaged(path, "episode \(episode.number) cannot be read") }
    return episode
  }

  /// The number of `Ending` that an episode's text names; anything unknown reads as running.
  static let endingNumber = """
    CASE ending WHEN 'terminated' THEN 1 WHEN 'truncated' THEN 2 WHEN 'interrupted' THEN 3 \
    ELSE 0 END
    """

  /// Numbers that arithmetic on steps can bear.
  static func isSound(_ number: Int, first: Int, _ stride: Int, steps: Int) -> Bool {
    let most = 1 << 53
    return (1..<most).contains(number) && first >= 0 && first < most
      && (1...1 << 20).contains(stride) && steps > 0
      && steps <= most / stride
  }

  /// What an episode that has not ended is: running where a living process writes it.
  func runningEnding() throws(RecordingError) -> Ending {
    try status() == .writing ? .running : .interrupted
  }
}

extension Columns {
  func int(_ row: Int, _ column: Int) -> Int {
    Int(Int64(bitPattern: unsafe self.column(column)[row]))
  }

  func real(_ row: Int, _ column: Int) -> Double {
    Double(bitPattern: unsafe self.column(column)[row])
  }

  func value(_ row: Int, _ column: Int) -> Value {
    value(of: unsafe self.column(column)[row], kind: kind(column))
  }

  func value(of word: UInt64, kind: Kind) -> Value {
    kind == .bytes
      ? .bytes(unsafe Array(bytes(word))) : .index(Int(Int64(bitPattern: word)))
  }
}
