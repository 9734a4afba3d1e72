internal import Rollouts
internal import SQLite

/// What a copy left out to be smaller, as it states under the key `thinned`.
package struct Thinning: Sendable, Equatable {
  /// The first of each group of this many episodes has its steps: with 1, all have; with 0, none
  /// has.
  package var episodes = 1
  /// Episodes that have their steps in any case: the best, and the last ones.
  package var besides: [Int] = []
  /// Whether only the first and the last checkpoint were kept.
  package var lacksCheckpoints = false

  /// What a copy leaves out.
  package init(episodes: Int = 1, lacksCheckpoints: Bool = false) {
    precondition(episodes >= 0, "a number of episodes")
    self.episodes = episodes
    self.lacksCheckpoints = lacksCheckpoints
  }

  /// Whether an episode has its steps.
  package func keeps(episode number: Int) -> Bool {
    episodes > 0 && (number &- 1) % episodes == 0 || besides.contains(number)
  }

  var json: JSON {
    [
      "episodes": .integer(episodes), "besides": .array(besides.map(JSON.integer)),
      "lacks_checkpoints": .bool(lacksCheckpoints),
    ]
  }

  init?(_ json: JSON) {
    guard let episodes = json["episodes"]?.int, episodes >= 0,
      case .array(let besides)? = json["besides"],
      case .bool(let lacksCheckpoints)? = json["lacks_checkpoints"]
    else { return nil }
    self.init(episodes: episodes, lacksCheckpoints: lacksCheckpoints)
    self.besides = besides.compactMap(\.int)
  }
}

extension Thinning: CustomStringConvertible {
  /// What is missing, for people.
  package var description: String {
    [
      episodes == 0 ? "the steps of all episodes" : nil,
      episodes > 1
        ? "the steps of all episodes but every \(ordinal(episodes)), the best and the last" : nil,
      lacksCheckpoints ? "all checkpoints but the first and the last" : nil,
    ].compactMap(\.self).joined(separator: " and ")
  }

  private func ordinal(_ number: Int) -> String {
    let teens = (11...13).contains(number % 100)
    if teens { return "\(number)th" }
    switch number % 10 {
    case 1: return "\(number)st"
    case 2: return "\(number)nd"
    case 3: return "\(number)rd"
    default: return "\(number)th"
    }
  }
}

extension Recording {
  /// What this copy lacks; nil for a whole recording.
  package func thinning() throws(RecordingError) -> Thinning? {
    guard let text = try runKeys()["thinned"]?.text else { return nil }
    guard let thinning = (try? JSON(parsing: text)).flatMap(Thinning.init) else {
      throw .damaged(path, "it does not say what it lacks")
    }
    return thinning
  }

  /// Whether all steps that were ever taken are present.
  package func hasEveryStep() throws(RecordingError) -> Bool {
    guard try gaps() == nil else { return false }
    return try thinning()?.episodes ?? 1 == 1
  }

  /// Why some or all steps are missing.
  func lackingSteps() throws(RecordingError) -> String {
    guard try runKeys()["imported"] == nil else {
      return "\(path) was imported from logs, which contain no steps"
    }
    return "\(path) is a thinned copy, which lacks \(try thinning()?.description ?? "steps")"
  }

  /// Throws if the recording lacks steps, for purposes that need every step.
  package func requireEveryStep(for purpose: String) throws(RecordingError) {
    if let gaps = try gaps() {
      throw RecordingError(
        .absent, "\(path) was recovered, and \(gaps): \(purpose) needs every step")
    }
    guard let thinning = try thinning(), thinning.episodes != 1 else { return }
    throw RecordingError(.absent, "\(try lackingSteps()): \(purpose) needs them")
  }
}
