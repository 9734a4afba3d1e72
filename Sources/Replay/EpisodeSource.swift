package import Recordings
package import Rollouts

/// The source of a run's transitions and pixels: a recording, or memory.
package protocol EpisodeSource {
  /// Calls `body` with all episodes of the run by number, some at a time.
  func forEachEpisodes(_ body: ([Episode]) throws -> Void) throws
  /// Returns an episode's transitions one by one, then nil.
  func transitions(of episode: Episode) throws -> () throws -> Transition?
  /// The picture of an episode after `t` steps; nil if there is none by then.
  func image(of episode: Int, at t: Int) throws -> RecordedImage?
}

extension EpisodeSource {
  /// None: most runs have no pixels.
  package func image(of episode: Int, at t: Int) -> RecordedImage? { nil }
}

extension Recording: EpisodeSource {
  /// Returns an episode's transitions one by one, read a page at a time: memory does not grow with
  /// the episode.
  package func transitions(of episode: Episode) -> () throws -> Transition? {
    let page = 2048
    var first = episode.firstStep
    var steps: ArraySlice<RecordedStep> = []
    return {
      while steps.isEmpty && first <= episode.lastStep && episode.steps > 0 {
        let range = first..<min(first + page * episode.stride, episode.lastStep + 1)
        steps = try self.steps(in: range).filter { $0.episode == episode.number }[...]
        first = range.upperBound
      }
      return steps.popFirst()?.transition
    }
  }
}
