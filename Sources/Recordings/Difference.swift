public import Rollouts

/// The first error found in a recording.
public struct Difference: Error, Sendable, Equatable, CustomStringConvertible {
  /// The steps that it concerns: one, or those of a batch whose hash does not match; nil where it
  /// concerns none.
  public var steps: ClosedRange<Int>?
  /// What is different.
  public var what: String
  /// What should be there.
  public var expected: String
  /// What is there.
  public var found: String

  /// A difference in some steps.
  public init(
    in steps: ClosedRange<Int>? = nil, _ what: String, expected: String, found: String
  ) {
    self.steps = steps
    self.what = what
    self.expected = expected
    self.found = found
  }

  /// A difference at one step.
  public init(at step: Int, _ what: String, expected: String, found: String) {
    self.init(in: step...step, what, expected: expected, found: found)
  }

  /// Steps that can no longer be read.
  init(unreadable steps: ClosedRange<Int>?, _ error: RecordingError) {
    self.init(
      in: steps, "what can be read", expected: "whole pages", found: error.description)
  }

  /// A message for people.
  public var description: String {
    let place =
      steps.map { $0.count == 1 ? "step \($0.lowerBound): " : "steps \(Self.text($0)): " } ?? ""
    return "\(place)\(what): expected \(expected), found \(found)"
  }

  /// The difference as flat, stable JSON.
  public var json: JSON {
    [
      "step": steps.map { .integer($0.lowerBound) } ?? .null,
      "last_step": steps.map { .integer($0.upperBound) } ?? .null, "what": .string(what),
      "expected": .string(expected), "found": .string(found),
    ]
  }

  private static func text(_ steps: ClosedRange<Int>) -> String {
    "\(steps.lowerBound) to \(steps.upperBound)"
  }
}
