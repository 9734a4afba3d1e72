import Foundation
import TestSupport
import Testing

/// A package that uses the library products through their public API alone.
@Suite struct CorridorExampleTests {
  @Test func `the example trains on a world of its own, records it and reads it back`() throws {
    try withTemporaryFolder { folder in
      let build = try Program.shell(
        """
        # The plan of an earlier build lacks source files that are new in the package depended on.
        rm -f .build/examples/debug.yaml
        swift build --package-path Examples/Corridor --scratch-path .build/examples \
          -debug-info-format none --disable-index-store
        """, in: Repository.root)
      #expect(build.code == 0, "\(build.output)\(build.errors)")
      let outcome = try Program.run(
        "\(Repository.root)/.build/examples/debug/Corridor", ["run.sqlite"], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      func answer(_ question: String) throws -> String {
        let line = try #require(lines.first { $0.hasPrefix("\(question): ") }, "\(lines)")
        return String(line.dropFirst(question.count + 2))
      }

      // With n steps to go, each for −1, the way right is worth −(1 − γⁿ) / (1 − γ).
      let values = try JSONDecoder().decode(
        [Double].self, from: Data(answer("value of right in each cell").utf8))
      for (cell, value) in values.enumerated() {
        #expect(abs(value + (1 - pow(0.9, Double(7 - cell))) / 0.1) < 1e-6, "cell \(cell)")
      }
      #expect(values.count == 7)
      #expect(lines.first?.hasPrefix("60 episodes, ") == true)
      #expect(try answer("best").hasSuffix("return -7.0, terminated"))
      #expect(try answer("its cells") == "[0, 1, 2, 3, 4, 5, 6, 7]")
      #expect(try answer("the log gives the same table") == "true")
      #expect(try answer("differences from what was written") == "nothing")

      let verified = try Program.reel("verify", "run.sqlite", in: folder)
      #expect(verified.code == 0, "\(verified.errors)")
      let digest = try Program.reel("digest", "run.sqlite", in: folder).output
      #expect(digest.hasPrefix(try answer("digest")))
      for words in [["info"], ["episodes"], ["curve", "-o", "curve.png"]] {
        let shown = try Program.run(
          Program.reel(), [words[0], "run.sqlite"] + words.dropFirst(), in: folder)
        #expect(shown.code == 0, "\(words): \(shown.errors)")
      }
    }
  }
}
