import Glibc
import Recordings
import Rollouts
import Testing

/// Measures once and prints: the limits are held by `make bench`, which runs alone.
@Suite(.serialized) struct SpeedTests {
  private static let count = 1_000_000

  @Test(arguments: [6...6, 6...60])
  func `recording and folding a million transitions`(lengths: ClosedRange<Int>) throws {
    let folder = Folder()
    let run = RandomRun(lengths: lengths)
    let own = threadTime()
    let recorded = try ContinuousClock().measure {
      try run.record(Self.count, to: folder("a.sqlite"))
    }
    let producer = threadTime() - own
    let recording = try Recording(folder("a.sqlite"))
    let before = threadTime()
    let folded = try ContinuousClock().measure {
      _ = try recording.qTable(at: Self.count, usingCheckpoints: false)
    }
    let fold = threadTime() - before
    let bytes = Double(recording.fileBytes()) / Double(Self.count)
    print(
      "episodes of \(lengths) steps: recorded \(rate(recorded)), folded \(rate(folded)),",
      "\(bytes) bytes a transition; CPU: training thread \(producer) s, fold \(fold) s")
    #expect(bytes <= 25)
    #expect(fold < 1)
  }

  @Test func `any table of a million steps with snapshots`() throws {
    let folder = Folder()
    let run = RandomRun()
    let writer = try RecordingWriter(
      creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 0))
    var tee = Tee(writer: writer) { writer, step in
      if step % 65_536 == 0 { try writer.record(run.blank.checkpoint(step: step)) }
    }
    try run.play(Self.count, into: &tee)
    try tee.finish()
    let recording = try Recording(folder("a.sqlite"))
    var worst = 0.0
    for step in [65_535, 500_000, 65_536 * 14 - 1, Self.count] {
      let before = threadTime()
      _ = try recording.qTable(at: step)
      worst = max(worst, threadTime() - before)
    }
    print("a table of a million steps with snapshots: at most \(worst * 1000) ms of CPU")
    #expect(worst < 0.2)
  }

  private func rate(_ time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    return "\(Int(Double(Self.count) / seconds / 1000)) k/s"
  }

  private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
