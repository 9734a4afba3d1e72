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
    let (whole, own) = (cpu(CLOCK_PROCESS_CPUTIME_ID), cpu(CLOCK_THREAD_CPUTIME_ID))
    let time = try ContinuousClock().measure { _ = try run.record(count, to: folder("a.sqlite")) }
    let producer = cpu(CLOCK_THREAD_CPUTIME_ID) - own
    let committer = cpu(CLOCK_PROCESS_CPUTIME_ID) - whole - producer
    print("CPU per M: producer \(producer / 2) committer \(committer / 2)")
    let recording = try Recording(folder("a.sqlite"))
    let before = cpu(CLOCK_THREAD_CPUTIME_ID)
    let fold = try ContinuousClock().measure {
      _ = try recording.qTable(at: count, usingCheckpoints: false)
    }
    print("fold CPU per M: \((cpu(CLOCK_THREAD_CPUTIME_ID) - before) / 2)")
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

func cpu(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
