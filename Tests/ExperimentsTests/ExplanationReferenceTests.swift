import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing

/// Every number of an explanation is what NumPy and PyTorch compute from the recording alone
/// (Tests/Reference/explanations.py).
@Suite struct ExplanationReferenceTests {
  @Test(arguments: ["maze", "lake", "grid"])
  func `a table's numbers are exactly those of a fold over the log`(name: String) throws {
    try check(name, kind: "table", Tolerance(numbers: 0, gradients: 0))
  }

  @Test(arguments: ["snake", "snake-late", "snake-double"])
  func `a DQN's numbers are those of training with PyTorch`(name: String) throws {
    try check(name, kind: "dqn", Tolerance(numbers: 1e-5, gradients: 1e-4))
  }

  @Test(.enabled(if: Self.hasKindOfMachine, "the recorded numbers differ in their last bits"))
  func `PPO's numbers are those of training with PyTorch`() throws {
    try check("reacher", kind: "ppo", Tolerance(numbers: 1e-5, gradients: 1e-4))
  }

  @Test func `a GPT policy's numbers are those of training with PyTorch`() throws {
    try check("breakout", kind: "ppo", Tolerance(numbers: 1e-4, gradients: 1e-4))
  }

  @Test func `a language model's numbers are those of training with PyTorch`() throws {
    try check("text", kind: "batch", Tolerance(numbers: 1e-4, gradients: 1e-4))
  }

  @Test func `a generated token's numbers are those of PyTorch`() throws {
    try check("written", kind: "token", Tolerance(numbers: 1e-4, gradients: 1e-4))
  }

  @Test func `a wrong number, a missing one and an extra one are named`() {
    let expected: JSON = [
      "value": .number(2), "rows": [["gradient_norm": .number(1)]], "lacking": .integer(1),
    ]
    let found: JSON = [
      "value": .number(2.00003), "rows": [["gradient_norm": .number(1.00005)]],
      "more": .bool(true),
    ]
    let tolerance = Tolerance(numbers: 1e-5, gradients: 1e-4)
    #expect(
      tolerance.differences(of: found, from: expected) == [
        "value is 2.00003, not 2.0", "lacking is missing", "more is not expected",
      ])
    #expect(tolerance.differences(of: expected, from: expected).isEmpty)
    #expect(
      Tolerance(numbers: 1e-5, gradients: 1e-5).differences(of: found, from: expected)[1]
        == "rows[0].gradient_norm is 1.00005, not 1.0")
  }

  /// Continuous actions are reproduced bit for bit only on the kind of machine that recorded them.
  private static var hasKindOfMachine: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }

  private func check(_ name: String, kind: String, _ tolerance: Tolerance) throws {
    let all = try JSON(parsing: Repository.text("Tests/Reference/explanations.json"))
    let recording = try Recording(
      "\(Repository.root)/Tests/ExperimentsTests/Fixtures/explained-\(name).sqlite")
    let steps = try all.elements(name)
    #expect(steps.count >= 10)
    for expected in steps {
      let step = try #require(expected["step"]?.int)
      #expect(expected["kind"] == .string(kind))
      let explanation = try Catalog.builtIn.explanation(of: recording, at: step)
      for difference in tolerance.differences(of: explanation.json, from: expected) {
        Issue.record("\(name), step \(step): \(difference)")
      }
    }
  }
}

/// How far numbers may differ, relative to their size, which counts as at least 1.
private struct Tolerance {
  var numbers: Double
  /// The same for the lengths of gradients, which are sums over all parameters.
  var gradients: Double

  /// Where two values differ, each with its path; both must have the same members.
  func differences(of found: JSON, from expected: JSON, at path: String = "") -> [String] {
    switch (found, expected) {
    case (.object(let members), .object(let wanted)):
      let missing = wanted.filter { found[$0.key] == nil }.map {
        "\(name($0.key, in: path)) is missing"
      }
      let surplus = members.filter { expected[$0.key] == nil }.map {
        "\(name($0.key, in: path)) is not expected"
      }
      return wanted.flatMap { member in
        found[member.key].map {
          differences(of: $0, from: member.value, at: name(member.key, in: path))
        } ?? []
      } + missing + surplus
    case (.array(let elements), .array(let wanted)):
      guard elements.count == wanted.count else {
        return ["\(path) has \(elements.count) elements, not \(wanted.count)"]
      }
      return zip(elements, wanted).enumerated().flatMap { index, pair in
        differences(of: pair.0, from: pair.1, at: "\(path)[\(index)]")
      }
    default:
      guard let number = found.double, let wanted = expected.double else {
        return found == expected ? [] : ["\(path) is \(found.compact), not \(expected.compact)"]
      }
      let most = path.hasSuffix("gradient_norm") ? gradients : numbers
      return abs(number - wanted) <= most * max(1, abs(wanted))
        ? [] : ["\(path) is \(number), not \(wanted)"]
    }
  }

  private func name(_ key: String, in path: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }
}
