package import Rollouts
package import Testing

extension JSON {
  /// The elements of an array; a test that finds something else fails.
  package func elements(
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [JSON] {
    guard case .array(let elements) = self else {
      return try #require(nil, "no array: \(compact)", sourceLocation: sourceLocation)
    }
    return elements
  }

  /// The elements of the array under a key.
  package func elements(
    _ key: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [JSON] {
    try #require(self[key], "no '\(key)': \(compact)", sourceLocation: sourceLocation)
      .elements(sourceLocation: sourceLocation)
  }

  /// The elements of an array of numbers.
  package func numbers(sourceLocation: SourceLocation = #_sourceLocation) throws -> [Double] {
    try elements(sourceLocation: sourceLocation).map {
      try #require($0.double, "no number: \($0.compact)", sourceLocation: sourceLocation)
    }
  }
}
