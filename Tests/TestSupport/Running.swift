import Foundation

/// A program that runs beside the test.
package final class Running {
  /// The wait timed out.
  package struct Endless: Error {}

  private let process = Process()
  /// Files, not pipes: a program that prints much must never wait for its reader.
  private let said: URL

  init(_ program: String, _ words: [String], in folder: String) throws {
    said = URL(fileURLWithPath: NSTemporaryDirectory())
      .appendingPathComponent("reel-said-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = try handle("out")
    process.standardError = try handle("err")
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { send(SIGKILL) }
    try? FileManager.default.removeItem(at: said)
  }

  private func handle(_ name: String) throws -> FileHandle {
    let file = said.appendingPathComponent(name)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: said.appendingPathComponent(name)), as: UTF8.self)
  }

  /// What it has printed so far.
  package func output() throws -> String { try text("out") }

  /// Its peak memory so far, in bytes; nil when it has ended.
  package var peakMemory: Int? {
    let status = try? String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { $0 * 1024 }
  }

  /// Sends it a signal, if it still runs.
  package func send(_ signal: Int32) {
    if process.isRunning { kill(process.processIdentifier, signal) }
  }

  /// Waits until something is true, or the program has ended.
  package func wait(until condition: () throws -> Bool) throws {
    for _ in 0..<300_000 {
      if try condition() || !process.isRunning { return }
      usleep(1000)
    }
    throw Endless()
  }

  /// Waits for its end; returns what it printed and its exit code, -1 if a signal ended it.
  package func outcome() throws -> Program.Outcome {
    process.waitUntilExit()
    return Program.Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try text("out"), errors: try text("err"))
  }
}
