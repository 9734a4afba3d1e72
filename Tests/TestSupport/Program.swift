import Foundation

/// The built programs, run as a user runs them.
package enum Program {
  /// What a program said, and how it ended.
  package struct Outcome: Sendable {
    package var code: Int32
    package var output: String
    package var errors: String
  }

  /// Why no program could be run.
  package struct NotBuilt: Error, CustomStringConvertible {
    package var description: String { "reel is not beside the tests: swift build -c release" }
  }

  /// Where `reel` lies: beside the running tests.
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

  /// Runs `reel` with a command line as it is typed: words are parted by blanks, '…' keeps them.
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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // Files, not pipes: a program that says much must never wait for its reader.
    let said = URL(fileURLWithPath: NSTemporaryDirectory())
      .appendingPathComponent("reel-said-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: said) }
    let (out, err) = (said.appendingPathComponent("out"), said.appendingPathComponent("err"))
    for file in [out, err] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }
}
