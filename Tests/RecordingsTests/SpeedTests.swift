import Glibc
import Recordings
import Rollouts
import Testing

@Suite(.serialized) struct SpeedTests {
  @Test(arguments: [6...6, 6...60]) func `a million transitions`(lengths: ClosedRange<Int>) throws {
    let folder = Folder()
    let count = 2_000_000
    let run = RandomRun(lengths: lengths)
    var null = NullSink()
    let idle = try ContinuousClock().measure { try run.play(count, into: &null) }
    let time = try ContinuousClock().measure { _ = try run.record(count, to: folder("a.sqlite")) }
    let recording = try Recording(folder("a.sqlite"))
    let fold = try ContinuousClock().measure {
      _ = try recording.qTable(at: count, usingCheckpoints: false)
    }
    func rate(_ time: Duration) -> String {
      "\(Int(Double(count) / Double(time.milliseconds) * 1000) / 1000)k/s"
    }
    print(
      "lengths \(lengths): recorded \(rate(time)), idle \(rate(idle)), fold \(rate(fold)),",
      "bytes \(Double(recording.fileBytes()) / Double(count))")
  }
}

extension Duration {
  var milliseconds: Double {
    Double(components.seconds) * 1000 + Double(components.attoseconds) * 1e-15
  }
}
