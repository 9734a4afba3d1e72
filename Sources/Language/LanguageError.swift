internal import Rollouts

/// Why a text, a model or a folder of another tool cannot be used.
package struct LanguageError: Error, Equatable, CustomStringConvertible {
  /// A message for people.
  package let description: String

  /// An error with a message.
  package init(_ description: String) { self.description = description.sentence }
}
