import Platform
import Recordings
import Rollouts

/// A run as a search for moments sees it: its episodes up to the last step when the search began.
/// They are read whenever they are asked for, so that memory does not grow with their number.
struct RunCourse {
  let recording: Recording
  let run: RunDescription
  /// How many steps there are.
  let steps: Int
  private let thinning: Thinning?
  private let hasOneWorld: Bool
  /// The readable names of a table's states and actions.
  let names: StateNames

  init(of recording: Recording, _ run: RunDescription) throws {
    (self.recording, self.run, steps) = (recording, run, try recording.stepCount())
    thinning = try recording.thinning()
    hasOneWorld = try recording.mostWorlds() == 1
    names = StateNames(run.world)
  }

  /// Calls `body` with each episode that the world or a time limit ended, in the order in which they ended.
  func forEachEnded(_ body: (Episode) throws -> Void) throws {
    // Episodes come in the order in which they began: what ends later than others begin has to wait for those.
    var waiting: [Episode] = []
    try recording.forEachEpisodes { episodes in
      // A file that is being written has gone on since.
      for episode in episodes where episode.firstStep < steps {
        while let first = waiting.first, first.lastStep < episode.firstStep {
          try body(waiting.removeFirst())
        }
        guard episode.isOver, episode.lastStep < steps else { continue }
        let before = waiting.lastIndex { $0.lastStep <= episode.lastStep } ?? -1
        waiting.insert(episode, at: before + 1)
      }
    }
    for episode in waiting { try body(episode) }
  }

  // MARK: Moments

  /// A moment in an episode, at its last step unless another is given.
  func moment(
    _ kind: Moment.Kind, in episode: Episode, at t: Int? = nil, value: Double, _ sentence: String
  ) -> Moment {
    let t = t ?? episode.steps - 1
    return Moment(
      kind: kind, step: episode.firstStep + t * episode.stride, episode: episode.number, t: t,
      value: value, sentence: sentence, isRecorded: hasSteps(of: episode))
  }

  /// A moment at a step of the run; nil if no episode had begun by then. Step numbers that no world used
  /// belong to the transition before them.
  func moment(
    _ kind: Moment.Kind, at step: Int, value: Double, _ sentence: String
  ) throws -> Moment? {
    guard let (episode, latest) = try transition(at: step) else { return nil }
    let t = (latest - episode.firstStep) / episode.stride
    return moment(kind, in: episode, at: t, value: value, sentence)
  }

  /// The last transition up to a step, and its episode.
  private func transition(at step: Int) throws -> (episode: Episode, step: Int)? {
    if hasOneWorld {
      return try recording.lastEpisode(before: step + 1).map { ($0, min($0.lastStep, step)) }
    }
    var found: (episode: Episode, step: Int)?
    try recording.forEachEpisodes { episodes in
      for episode in episodes where episode.firstStep <= step {
        let latest = min(episode.lastStep, step - (step - episode.firstStep) % episode.stride)
        if latest >= found?.step ?? 0 { found = (episode, latest) }
      }
    }
    return found
  }

  private func hasSteps(of episode: Episode) -> Bool {
    thinning?.keeps(episode: episode.number) ?? true
  }

  // MARK: Words

  /// A count with its noun.
  static func count(_ number: Int, _ thing: String) -> String {
    "\(NumberFormat.count(number)) \(thing)\(number == 1 ? "" : "s")"
  }
}
