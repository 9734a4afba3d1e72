internal import Rollouts

/// Why text, a model or a folder of another tool cannot be used.
package struct LanguageError: Error, Equatable, CustomStringConvertible {
  /// A sentence for people.
  package let description: String

  /// An error with its sentence.
  package init(_ description: String) { self.description = description.sentence }
}
