import Foundation
import TestSupport
import Testing

/// One kind of input, mutated many times. `REEL_FUZZ` says how often; `make fuzz` sets it to
/// 100,000. `REEL_FUZZ_SEED` changes the mistakes. A trap ends the whole program and leaves the input in
/// output/fuzz, and so does a hang.
struct Fuzz {
  let target: String
  let seeds: [[UInt8]]
  var words: [String] = []
  /// How long one input may take, in seconds: more if it starts a program.
  var longest = 5.0
  /// The share of the usual number that `make test` tries, for slow inputs.
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
      // Kept in case the program does not survive this input.
      try Data(input).write(to: URL(fileURLWithPath: place))
      let start = ContinuousClock.now
      do {
        try body(&mutator, input)
      } catch let found as Finding {
        let kept = "\(place)-\(number)"
        try Data(input).write(to: URL(fileURLWithPath: kept))
        Issue.record("\(found.sentence); the input is kept in \(kept)")
      } catch {
        // One sentence for people, not Swift's default description of an error.
        refused += 1
        let isSentence = type(of: error) is any CustomStringConvertible.Type
        #expect(isSentence && !"\(error)".isEmpty && !"\(error)".contains("\n"), "\(error)")
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      slowest = max(slowest, seconds)
      if count > 1000, (number + 1) % (count / 10) == 0 {
        print("\(target): \(number + 1) of \(count)")
      }
      // This tests that it does not hang, not how fast it is.
      if seconds > longest {
        let kept = "\(place)-slow-\(number)"
        try Data(input).write(to: URL(fileURLWithPath: kept))
        Issue.record("input \(number) of \(target) took \(seconds) s; it is kept in \(kept)")
      }
    }
    try FileManager.default.removeItem(atPath: place)
    print(
      "\(target): \(count) inputs, \(refused) refused with one sentence, the others accepted; "
        + "the slowest took \(Int(slowest * 1000)) ms; the program's peak was \(Self.peak) MB")
  }

  /// The peak memory of this program in megabytes, since `forgetPeak`. Tests that run at the same time
  /// count too.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1000
  }

  private static func forgetPeak() {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
  }

  /// How a verb must end after wrong input: by itself, and with a message if it fails.
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

  /// A verb's message about its input.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  /// A bug that was found.
  struct Finding: Error {
    var sentence: String
  }

  /// Files of a folder of the repository, as valid input.
  static func files(_ folder: String, ending: String) throws -> [[UInt8]] {
    let root = "\(Repository.root)/\(folder)"
    return try FileManager.default.contentsOfDirectory(atPath: root).sorted()
      .filter { $0.hasSuffix(ending) }.map {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\($0)")))
      }
  }
}
