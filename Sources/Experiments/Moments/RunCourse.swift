import Platform
import Recordings
import Rollouts

/// A run as a search for moments sees it: its episodes up to the last step when the search began.
struct RunCourse {
  let recording: Recording
  let run: RunDescription
  /// How many steps there are.
  let steps: Int
  /// Every episode, by number.
  let episodes: [Episode]
  /// The terminated and truncated episodes, in the order in which they ended.
  let ended: [Episode]
  private let thinning: Thinning?
  /// The readable names of a table's states and actions.
  let names: StateNames

  init(of recording: Recording, _ run: RunDescription) throws {
    let steps = try recording.stepCount()
    // A file that is being written may have grown since.
    var episodes = try recording.episodes()
    episodes.removeAll { $0.firstStep >= steps }
    (self.recording, self.run, self.steps, self.episodes) = (recording, run, steps, episodes)
    // With a single world that has ended all its episodes, both are the same array.
    let isOneAfterAnother =
      episodes.allSatisfy { $0.isOver && $0.lastStep < steps }
      && zip(episodes, episodes.dropFirst()).allSatisfy { $0.lastStep < $1.lastStep }
    ended =
      isOneAfterAnother
      ? episodes
      : episodes.filter { $0.isOver && $0.lastStep < steps }
        .sorted { ($0.lastStep, $0.number) < ($1.lastStep, $1.number) }
    thinning = try recording.thinning()
    names = StateNames(run.world)
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
  ) -> Moment? {
    var found: (episode: Episode, step: Int)?
    for episode in episodes where episode.firstStep <= step {
      let latest = min(episode.lastStep, step - (step - episode.firstStep) % episode.stride)
      if latest >= found?.step ?? 0 { found = (episode, latest) }
    }
    guard let (episode, latest) = found else { return nil }
    let t = (latest - episode.firstStep) / episode.stride
    return moment(kind, in: episode, at: t, value: value, sentence)
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
