import Recordings
import Rollouts

/// When a run is done: at a number of steps, or of finished episodes.
package struct TaskTarget: Sendable, Equatable {
  package var steps: Int?
  package var episodes: Int?

  /// The limits in a run's settings, where 0 means no limit.
  init(_ configuration: JSON) {
    func limit(_ key: String) -> Int? { configuration[key]?.int.flatMap { $0 > 0 ? $0 : nil } }
    (steps, episodes) = (limit("steps"), limit("episodes"))
  }

  /// The limits of a task's run, from the recording that it makes.
  init(of task: ManifestTask, in recording: Recording) throws {
    switch task.start {
    case .new:
      // The run may have been extended since.
      self.init(try recording.sessions().first?.configuration ?? .object([]))
    case .fork:
      let sessions = try recording.sessions()
      let end = try recording.description().parent?.step ?? 0
      // The sessions of its parent come before its own.
      let own = sessions.dropFirst().first { $0.firstStep >= end }
      self.init((own ?? sessions.last)?.configuration ?? .object([]))
    case .resume:
      self.init(try recording.description().configuration)
      guard task.steps != nil || task.episodes != nil else { return }
      (steps, episodes) = (task.steps, task.episodes)
    }
  }

  /// How much of the run a recording holds.
  func reached(in recording: Recording) throws -> Reached {
    let kept = try recording.checkpointSteps().last ?? 0
    let steps = max(kept, try recording.stepCount())
    let last = try recording.lastEpisodes(1).first?.number ?? 0
    // A finished run has a checkpoint at its end.
    let hasSteps = self.steps.map { kept >= $0 } ?? false
    let hasEpisodes = episodes.map { last > $0 || last == $0 && kept >= steps } ?? false
    return Reached(steps: steps, episodes: last, isAll: hasSteps || hasEpisodes)
  }

  /// How far a run has come.
  package struct Reached: Sendable, Equatable {
    package var steps: Int
    /// Episodes that are over.
    package var episodes: Int
    package var isAll: Bool
  }

  /// The share that is done, from 0 to 1.
  func share(of reached: Reached) -> Double {
    if reached.isAll { return 1 }
    func part(_ count: Int, _ of: Int?) -> Double { of.map { Double(count) / Double($0) } ?? 0 }
    return min(1, max(part(reached.steps, steps), part(reached.episodes, episodes)))
  }
}
