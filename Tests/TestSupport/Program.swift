import Foundation

/// The built programs, run as a user runs them.
package enum Program {
  /// What a program printed, and how it ended.
  package struct Outcome: Sendable {
    package var code: Int32
    package var output: String
    package var errors: String
  }

  /// Why no program could be run.
  package struct NotBuilt: Error, CustomStringConvertible {
    package var description: String { "reel is not beside the tests: swift build -c release" }
  }

  /// Where `reel` is: beside the running tests.
  package static func reel() throws -> String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let places = [tests.deletingLastPathComponent().path, "\(Repository.root)/.build/release"]
    guard
      let folder = places.first(where: {
        FileManager.default.isExecutableFile(atPath: "\($0)/reel")
      })
    else { throw NotBuilt() }
    return "\(folder)/reel"
  }

  /// Runs `reel` with the words of a command line.
  package static func reel(_ words: String..., in folder: String) throws -> Outcome {
    try run(reel(), words, in: folder)
  }

  /// Runs `reel` with a command line as it is typed: words are separated by blanks, '…' keeps them.
  package static func reel(line: String, in folder: String) throws -> Outcome {
    try run("/bin/sh", ["-c", "\(reel()) \(line)"], in: folder)
  }

  /// Runs a shell script.
  package static func shell(_ script: String, in folder: String) throws -> Outcome {
    try run("/bin/sh", ["-c", script], in: folder)
  }

  /// Runs any program and waits for its end.
  package static func run(
    _ program: String, _ words: [String], in folder: String
  ) throws -> Outcome {
    try Running(program, words, in: folder).outcome()
  }

  /// Starts `reel` with words separated by blanks; it runs beside the test.
  package static func start(line: String, in folder: String) throws -> Running {
    try Running(reel(), line.split(separator: " ").map(String.init), in: folder)
  }

  /// Starts a shell script, which runs beside the test.
  package static func startShell(_ script: String, in folder: String) throws -> Running {
    try Running("/bin/sh", ["-c", script], in: folder)
  }
}
