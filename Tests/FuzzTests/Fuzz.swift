import Foundation
import TestSupport
import Testing

/// One kind of input, tried wrong many times. `REEL_FUZZ` says how often; `make fuzz` sets it to
/// 100,000. `REEL_FUZZ_SEED` makes other mistakes. A trap ends the whole program and leaves the input in
/// output/fuzz, and so does a hang.
struct Fuzz {
  let target: String
  let seeds: [[UInt8]]
  var words: [String] = []
  /// How long one input may take, in seconds: more where it starts a program, which others hold up.
  var longest = 5.0
  /// The part of the usual number that is tried in `make test`, where each input takes long.
  var share = 1.0

  private static let wanted = number("REEL_FUZZ")

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  func run(_ body: (inout Mutator, [UInt8]) throws -> Void) throws {
    let count = Self.wanted ?? Int(500 * share)
    let place = "\(Repository.root)/output/fuzz/\(target)"
    try FileManager.default.createDirectory(
      atPath: "\(Repository.root)/output/fuzz", withIntermediateDirectories: true)
    var mutator = Mutator(
      seed: UInt64(Self.number("REEL_FUZZ_SEED") ?? 1), words: words)
    var (refused, slowest) = (0, 0.0)
    Self.forgetPeak()
    for number in 0..<count {
      let input = mutator.wrong(seeds)
      // Read again where the program did not live to tell.
      try Data(input).write(to: URL(fileURLWithPath: place))
      let start = ContinuousClock.now
      do {
        try body(&mutator, input)
      } catch let found as Finding {
        let kept = "\(place)-\(number)"
        try Data(input).write(to: URL(fileURLWithPath: kept))
        Issue.record("\(found.sentence); the input is kept in \(kept)")
      } catch {
        // One sentence for people, not what Swift makes of an error that has none.
        refused += 1
        let isSentence = type(of: error) is any CustomStringConvertible.Type
        #expect(isSentence && !"\(error)".isEmpty && !"\(error)".contains("\n"), "\(error)")
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      slowest = max(slowest, seconds)
      if count > 1000, (number + 1) % (count / 10) == 0 {
        print("\(target): \(number + 1) of \(count)")
      }
      // Not how fast it is, but that it does not hang.
      if seconds > longest {
        let kept = "\(place)-slow-\(number)"
        try Data(input).write(to: URL(fileURLWithPath: kept))
        Issue.record("input \(number) of \(target) took \(seconds) s; it is kept in \(kept)")
      }
    }
    try FileManager.default.removeItem(atPath: place)
    print(
      "\(target): \(count) inputs, \(refused) refused in a sentence, the others taken; "
        + "the slowest took \(Int(slowest * 1000)) ms; the program's peak was \(Self.peak) MB")
  }

  /// The most memory that this program has had at once, in megabytes, since it was forgotten. What runs
  /// beside counts too.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1000
  }

  private static func forgetPeak() {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
  }

  /// How a verb that was given wrong input must end: by itself, and where it fails in words.
  static func check(_ outcome: Program.Outcome, kept: () throws -> String = { "" }) throws {
    let isSaid = outcome.errors.contains("reel: ") || !outcome.output.isEmpty
    guard [0, 1, 3, 64].contains(outcome.code), outcome.code == 0 || isSaid else {
      throw Finding(sentence: "it ended with \(outcome.code): \(outcome.errors)\(try kept())")
    }
    // Only the first line: a check lists all that it finds.
    if outcome.code == 1 || outcome.code == 64 {
      let said = outcome.errors.isEmpty ? outcome.output : outcome.errors
      throw Refusal(description: String(said.prefix { $0 != "\n" }))
    }
  }

  /// What a verb said of its input.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  /// What must not be.
  struct Finding: Error {
    var sentence: String
  }

  /// Files of a folder of the repository, as right input.
  static func files(_ folder: String, ending: String) throws -> [[UInt8]] {
    let root = "\(Repository.root)/\(folder)"
    return try FileManager.default.contentsOfDirectory(atPath: root).sorted()
      .filter { $0.hasSuffix(ending) }.map {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\($0)")))
      }
  }
}
