import Experiments
import Foundation
import TestSupport
import Testing

/// Logs of other programs, wrong in many ways: each is refused with one sentence, or read up to the damage.
@Suite struct LogFuzzTests {
  private func seeds(_ names: [String]) throws -> [[UInt8]] {
    try names.map {
      [UInt8](
        try Data(
          contentsOf: URL(
            fileURLWithPath: "\(Repository.root)/Tests/ExperimentsTests/Fixtures/\($0)")))
    }
  }

  @Test func `wrong event files`() throws {
    let seeds = try seeds(["ppo.tfevents", "tensors.tfevents"])
    let whole = try Set(seeds.flatMap { try EventFile($0).scalars.map(\.name) })
    try Fuzz(target: "events", seeds: seeds, share: 20).run { _, input in
      let file = try EventFile(input)
      // Checksums let nothing through that was not written.
      guard file.scalars.allSatisfy({ whole.contains($0.name) }) else {
        throw Fuzz.Finding(sentence: "a name that no file has was read")
      }
    }
  }

  @Test func `wrong records in valid frames`() throws {
    let seeds = try seeds(["ppo.tfevents", "tensors.tfevents"])
    try Fuzz(target: "records", seeds: seeds, share: 20).run { _, input in
      func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      func sum(_ bytes: [UInt8]) -> Int { Int(EventFile.checksum(bytes[...])) }
      let length = bytes(input.count, 8)
      _ = try EventFile(length + bytes(sum(length), 4) + input + bytes(sum(input), 4))
    }
  }

  @Test func `wrong monitor files`() throws {
    let words = ["True", "#{", "\"env_id\":", ",", "r,l,t", "inf"]
    try Fuzz(target: "monitors", seeds: seeds(["ppo.monitor.csv"]), words: words, share: 20).run {
      _, input in
      let file = try MonitorFile(input)
      guard file.entries.allSatisfy({ $0.steps > 0 && $0.time.isFinite }) else {
        throw Fuzz.Finding(sentence: "an episode without steps or time was read")
      }
    }
  }
}
