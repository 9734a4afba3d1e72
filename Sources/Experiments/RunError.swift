import Rollouts

/// Why something cannot be done with a run, a world or a trainer: one sentence, and a remedy.
package struct RunError: Error, Sendable, CustomStringConvertible {
  /// The kind of error, which decides the exit code.
  package enum Kind: Sendable {
    /// The request names something that does not exist, or things that do not fit together.
    case request
    /// The run, or something that it needs, is not in the right state.
    case run
    /// The user asked to stop.
    case cancelled
  }

  /// What may help. The part that shows the error knows how to phrase it.
  package enum Remedy: Sendable {
    /// One of these names, perhaps one that is spelled almost like the word.
    case name(like: String, among: [String])
    /// The same, where the sentence lists the names.
    case similarName(to: String, among: [String])
    /// List a recording's episodes, or a world's settings.
    case listEpisodes(of: String)
    case listSettings(of: String)
    /// Draw an episode that can be drawn, or use the usual look.
    case chooseEpisode(Int)
    case usualLook
    /// Let the trainer keep the network of its best evaluation.
    case keepBest
    /// Draw a random map of a world and give it this name.
    case generateMap(of: String, name: String)
    /// Continue a recording as it is, or fork it.
    case resumeOrFork(String)
    case fork
    /// Plan runs in another folder.
    case otherFolder
    /// Fork a recording at its last checkpoint.
    case forkAtCheckpoint(String, step: Int)
    /// Train a policy that reads letters, or a language model; generate a text with it.
    case trainLetterPolicy
    case trainLanguageModel
    case generateText
    /// What works with a language model's training, or with a generated text.
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

  /// The request names something that does not exist, or things that do not fit together.
  package static func request(_ sentence: String, _ remedy: Remedy? = nil) -> RunError {
    RunError(.request, sentence, remedy)
  }

  /// A name that does not exist.
  package static func unknown(_ sentence: String, _ word: String, among known: [String]) -> RunError
  {
    RunError(.request, sentence, .name(like: word, among: known))
  }

  /// The run, or something that it needs, is not in the right state.
  package static func run(_ sentence: String, _ remedy: Remedy? = nil) -> RunError {
    RunError(.run, sentence, remedy)
  }

  /// A recording lacks something that it must have.
  package static func damaged(_ path: String, _ what: String) -> RunError {
    RunError(.run, "\(path) is damaged: \(what)", nil)
  }

  /// The user asked to stop.
  package static let cancelled = RunError(.cancelled, "stopped", nil)
}

/// Receives the share of work that is done, from 0 to 1, with a short text; returning false ends the work
/// with `RunError.cancelled`.
package typealias ProgressHandler = (_ share: Double, _ note: String) -> Bool

/// Turns errors about a setting's name or value into errors of the request.
func refusingSettings<Result>(
  _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error as SettingError {
    throw RunError.request("\(error)")
  }
}
