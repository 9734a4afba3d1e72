import Foundation
import Recordings
import TestSupport
import Testing

/// Small recordings of all kinds, in output/fuzz, to be made wrong.
enum SoundRecordings {
  static let paths = Result { try recordings() }

  private static func recordings() throws -> [String] {
    try withTemporaryFolder { folder in
      var paths: [String] = []
      try String(repeating: "the mouse sees the cheese, the cat sees the mouse.\n", count: 40)
        .write(toFile: "\(folder)/mouse.txt", atomically: true, encoding: .utf8)
      let small = "--set layers=1 --set heads=2 --set width=8 --set context=8"
      for (name, line) in [
        ("maze", "train maze --episodes 12"), ("snake", "train snake --episodes 2 --set hidden=4"),
        ("reacher", "train reacher --steps 512 --set rollout=32 --set worlds=4 --set hidden=4,4"),
        ("text", "train text --text mouse.txt --set steps=4 \(small)"),
        ("written", "generate text.sqlite --prompt the --tokens 12"),
      ] {
        let line = "\(line) -o \(name).sqlite --quiet"
        #expect(try Program.reel(line: line, in: folder).code == 0)
      }
      for name in ["maze", "snake", "reacher", "text", "written"] {
        let path = "\(Repository.root)/output/fuzz/\(name).sqlite"
        try FileManager.default.createDirectory(
          atPath: "\(Repository.root)/output/fuzz", withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(folder)/\(name).sqlite", toPath: path)
        paths.append(path)
      }
      return paths
    }
  }

  /// Reads everything that can be read from a recording.
  static func askAll(of path: String) throws {
    let recording = try Recording(path)
    var failures: [any Error] = []
    func ask(_ question: () throws -> Void) {
      do { try question() } catch { failures.append(error) }
    }
    ask { _ = try recording.audit() }
    ask { _ = try recording.description() }
    ask { _ = try recording.counts() }
    ask { _ = try recording.tableSizes() }
    ask { _ = try recording.digest() }
    ask { _ = try recording.qTable(at: recording.stepCount()) }
    ask { _ = try recording.elapsed() }
    ask { for name in try recording.metricNames() { _ = try recording.metric(name) } }
    ask {
      for episode in try recording.episodes(EpisodeSelection("first,best,last,median") ?? .all) {
        _ = try recording.states(of: episode)
      }
    }
    ask { try recording.forEachStep(in: 0..<200) { _ in } }
    ask { _ = try recording.finalCheckpoint() }
    if let failure = failures.first { throw failure }
  }
}
