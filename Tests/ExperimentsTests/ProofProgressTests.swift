import Experiments
import Recordings
import TestSupport
import Testing

@Suite struct ProofProgressTests {
  @Test(arguments: ["reading", "replaying", "folding"])
  func `a proof can be cancelled in each of its parts`(part: String) throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let worlds = try Catalog.builtIn.worldsInForce(in: recording)
      var heard: [String] = []
      let error = #expect(throws: RunError.self) {
        try RecordingProof(of: recording, in: worlds) { share, note in
          #expect((0...1).contains(share))
          heard.append(note)
          return note != part
        }
      }
      #expect(error?.kind == .cancelled)
      #expect(heard.last == part && heard.count { $0 == part } == 1, "nothing is asked twice")
    }
  }
}
