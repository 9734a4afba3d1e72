import Rollouts

/// Why something cannot be done with a run, a world or a trainer: one sentence, and what may help.
package struct RunError: Error, Sendable, CustomStringConvertible {
  /// Whose business it is.
  package enum Kind: Sendable {
    /// What was asked for does not exist, or does not go together.
    case request
    /// The run, or something that it needs, is not as it must be.
    case run
    /// Whoever waited for it asked to stop.
    case cancelled
  }

  /// What may help. Whatever shows the error knows how to ask for that.
  package enum Remedy: Sendable {
    /// One of these names, perhaps one that is spelled almost like the word.
    case name(like: String, among: [String])
    /// To list a recording's episodes, or what can be set of a world.
    case listEpisodes(of: String)
    case listSettings(of: String)
    /// To draw an episode that can be, or as pictures usually are.
    case chooseEpisode(Int)
    case usualLook
    /// To let the trainer keep the network of its best trial.
    case keepBest
    /// To draw a random map of a world under a name.
    case generateMap(of: String, name: String)
    /// To go on with a recording as it is, or to fork it.
    case resumeOrFork(String)
    case fork
    /// To plan runs in another folder.
    case otherFolder
    /// To fork a recording at its last checkpoint.
    case forkAtCheckpoint(String, step: Int)
    /// To train a policy that reads letters, or a language model; to let that write a text.
    case trainLetterPolicy
    case trainLanguageModel
    case generateText
    /// What a language model's training, or a text that it wrote, can be asked for.
    case languageModelViews
    case generatedTextViews
  }

  package let kind: Kind
  /// The sentence.
  package let description: String
  package var remedy: Remedy?

  private init(_ kind: Kind, _ description: String, _ remedy: Remedy?) {
    (self.kind, self.description, self.remedy) = (kind, description, remedy)
  }

  /// What was asked for does not exist, or does not go together.
  package static func request(_ sentence: String, _ remedy: Remedy? = nil) -> RunError {
    RunError(.request, sentence, remedy)
  }

  /// A name that does not exist.
  package static func unknown(_ sentence: String, _ word: String, among known: [String]) -> RunError
  {
    RunError(.request, sentence, .name(like: word, among: known))
  }

  /// The run, or something that it needs, is not as it must be.
  package static func run(_ sentence: String, _ remedy: Remedy? = nil) -> RunError {
    RunError(.run, sentence, remedy)
  }

  /// A recording that does not hold what it must.
  package static func damaged(_ path: String, _ what: String) -> RunError {
    RunError(.run, "\(path) is damaged: \(what)", nil)
  }

  /// Whoever waited asked to stop.
  package static let cancelled = RunError(.cancelled, "stopped", nil)
}

/// Hears which part of some work is done, from 0 to 1, with a few words about it; false ends the work
/// with `RunError.cancelled`.
package typealias ProgressHandler = (_ share: Double, _ note: String) -> Bool

/// Runs what may be refused by a setting's name or value: that is the request's fault.
func refusingSettings<Result>(
  _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error as SettingError {
    throw RunError.request("\(error)")
  }
}
