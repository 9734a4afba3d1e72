import Platform
import Recordings
import Rollouts

extension RunCourse {
  /// Of a longer episode the last states are looked at.
  private static let mostStates = 1 << 20

  /// The longest loop that an episode was in until it was cut off.
  func loopMoments(_ progress: (Double) throws -> Void) throws -> [Moment] {
    guard try recording.hasEveryStep() else { return [] }
    var longest: (loop: StateLoop, episode: Episode)?
    func look(at episodes: [Episode]) throws {
      try recording.forEachCourse(of: episodes, most: Self.mostStates) { episode, states in
        try progress(Double(episode.firstStep) / Double(steps))
        guard var loop = StateLoop(atEndOf: states.map(\.fingerprint)),
          loop.steps > longest?.loop.steps ?? 0
        else { return }
        loop.start += episode.steps + 1 - states.count
        longest = (loop, episode)
      }
    }
    var candidates: [Episode] = []
    try forEachEnded { episode in
      guard episode.ending == .truncated, episode.steps >= StateLoop.leastSteps else { return }
      candidates.append(episode)
      if candidates.count == 1024 {
        try look(at: candidates)
        candidates = []
      }
    }
    try look(at: candidates)
    guard let (loop, episode) = longest else { return [] }
    let rounds = NumberFormat.count(loop.steps / loop.period)
    let what =
      loop.period == 1
      ? "stayed in one state for \(Self.count(loop.steps, "step"))"
      : "went round in a loop of \(Self.count(loop.period, "step")), \(rounds) times"
    return [
      moment(
        .episodeLoop, in: episode, at: loop.start, value: Double(loop.period),
        "From here on episode \(episode.number) \(what), until it was cut off after"
          + " \(Self.count(episode.steps, "step")).")
    ]
  }
}

/// The end of an episode whose states repeat with a period.
struct StateLoop: Equatable {
  /// The number of steps before it.
  var start: Int
  /// How many steps one round has.
  var period: Int
  /// How many steps the loop has.
  var steps: Int

  /// The fewest steps and rounds that count as a loop.
  static let leastSteps = 10
  static let leastRounds = 3

  /// The longest loop at the end of some states, the one with the shortest period if several are equally long;
  /// nil if there is none.
  init?(atEndOf states: [UInt64]) {
    let reversed = Array(states.reversed())
    // matches[p]: how many states, counted back from the last, equal those p steps before.
    let matches = Self.matches(reversed)
    var best: (period: Int, steps: Int)?
    for period in matches.indices.dropFirst() {
      let steps = matches[period] + period - 1
      guard steps >= max(Self.leastSteps, Self.leastRounds * period), steps > best?.steps ?? 0
      else { continue }
      best = (period, steps)
    }
    guard let best else { return nil }
    self.init(start: states.count - 1 - best.steps, period: best.period, steps: best.steps)
  }

  private init(start: Int, period: Int, steps: Int) {
    (self.start, self.period, self.steps) = (start, period, steps)
  }

  /// For each index, how many elements from there on equal those from the beginning: the Z function,
  /// in linear time.
  private static func matches(_ elements: [UInt64]) -> [Int] {
    var result = Array(repeating: 0, count: elements.count)
    // The match with the beginning that reaches furthest to the right.
    var (left, right) = (0, 0)
    for place in elements.indices.dropFirst() {
      var length = place < right ? min(right - place, result[place - left]) : 0
      while place + length < elements.count, elements[length] == elements[place + length] {
        length += 1
      }
      result[place] = length
      if place + length > right { (left, right) = (place, place + length) }
    }
    return result
  }
}

extension Value {
  /// The number, or an FNV-1a hash of the bytes: the same in every run of the program.
  fileprivate var fingerprint: UInt64 {
    switch self {
    case .index(let index): UInt64(bitPattern: Int64(index))
    case .bytes(let bytes):
      bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
  }
}
