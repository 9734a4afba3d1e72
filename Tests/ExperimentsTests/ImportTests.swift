import Experiments
import Platform
import Recordings
import Rollouts
import TestSupport
import Testing

/// Logs that real programs wrote: Tests/Reference/logs.py made them.
@Suite struct ImportTests {
  private func fixture(_ name: String) throws -> [UInt8] {
    try Repository.bytes("Tests/ExperimentsTests/Fixtures/\(name)")
  }

  // MARK: Event files

  @Test func `an event file of PyTorch has the scalars that TensorBoard reads`() throws {
    let file = try EventFile(fixture("ppo.tfevents"))
    #expect(file.damage == nil)
    let names = Set(file.scalars.map(\.name))
    #expect(names.count == 12 && names.contains("train/policy_gradient_loss"))
    func last(_ name: String) -> EventFile.Scalar? { file.scalars.last { $0.name == name } }
    // As TensorBoard's own EventAccumulator reads them.
    #expect(last("rollout/ep_rew_mean")?.value == 37.23636245727539)
    #expect(last("train/entropy_loss")?.value == -0.6205136179924011)
    #expect(last("time/fps")?.step == 2048)
    #expect(file.scalars.count { $0.name == "train/loss" } == 7)
    #expect(file.scalars.count { $0.name == "time/fps" } == 8)
  }

  @Test func `a scalar in a tensor is read, and other tensors are ignored`() throws {
    let file = try EventFile(fixture("tensors.tfevents"))
    #expect(Set(file.scalars.map(\.name)) == ["loss", "exact"])
    let exact = file.scalars.filter { $0.name == "exact" }
    #expect(exact.map(\.value) == (0..<5).map { 0.1 * Double($0) })
    #expect(exact.map(\.step) == [0, 100, 200, 300, 400])
    #expect(exact.map(\.time) == (0..<5).map { 1.7e9 + Double($0) })
  }

  @Test func `a file cut anywhere is read up to the cut`() throws {
    let whole = try EventFile(fixture("ppo.tfevents")).scalars
    let bytes = try fixture("ppo.tfevents")
    var counts: Set<Int> = []
    for count in 0..<bytes.count {
      guard let file = try? EventFile(Array(bytes[..<count])) else {
        // Half of the first record.
        #expect(count < 100)
        continue
      }
      #expect(file.damage == nil && file.scalars == Array(whole.prefix(file.scalars.count)))
      counts.insert(file.scalars.count)
    }
    #expect(counts.count > 8)
  }

  @Test func `a flipped bit anywhere is found, and the file is read up to it`() throws {
    let whole = try EventFile(fixture("ppo.tfevents")).scalars
    let bytes = try fixture("ppo.tfevents")
    for bit in 0..<8 * bytes.count {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let file = try? EventFile(changed) else {
        #expect(bit < 8 * 100)
        continue
      }
      #expect(file.damage.map { $0 <= bit / 8 } == true, "bit \(bit)")
      #expect(file.scalars == Array(whole.prefix(file.scalars.count)))
    }
  }

  // MARK: Monitor files

  @Test func `a monitor file of Stable-Baselines3 is read`() throws {
    let file = try MonitorFile(fixture("ppo.monitor.csv"))
    #expect(file.world == "CartPole-v1" && file.start > 1.7e9 && file.damage == nil)
    #expect(file.entries.count == 55)
    #expect(file.entries[1].return == 40 && file.entries[1].steps == 40)
    #expect(file.entries[1].time == file.start + 3.23847)
    #expect(file.entries.last?.steps == 79)
  }

  @Test func `other columns are kept, and half a line at the end is ignored`() throws {
    let text = "r,l,t,is_success,note\r\n-1.5,3,0.5,True,x\r\n2,4,1.0,False,7\r\n3,5,1."
    let file = try MonitorFile(Array(text.utf8))
    #expect(file.entries.map(\.return) == [-1.5, 2] && file.damage == nil)
    #expect(file.entries[0].others.map(\.value) == [1])
    #expect(file.entries[1].others.map(\.name) == ["is_success", "note"])
    for wrong in ["r,l,t\n1,x,2\n", "r,l,t\n1,2\n", "r,l,t\n1,0,2\n", "r,l,t\n1,2,nan\n"] {
      #expect(try MonitorFile(Array(wrong.utf8)).damage == 2, "\(wrong)")
    }
    for none in ["", "a,b\n1,2\n", "#{}\n", "\u{0}\u{1}\n\n"] {
      #expect(throws: RunError.self) { try MonitorFile(Array(none.utf8)) }
    }
  }

  // MARK: Recordings of them

  @Test func `a folder becomes a recording that verifies, with its episodes and metrics`() throws {
    try withTemporaryFolder { folder in
      let logs = "\(folder)/logs/ppo"
      #expect(try Program.shell("mkdir -p \(logs)", in: folder).code == 0)
      for (name, file) in [
        ("0.monitor.csv", "ppo.monitor.csv"), ("1.monitor.csv", "ppo.monitor.csv"),
        ("events.out.tfevents.1", "ppo.tfevents"),
      ] {
        try OutputFile.write(fixture(file), to: "\(logs)/\(name)", replacing: true)
      }
      var warnings: [String] = []
      let found = try LogFolder.all(at: "\(folder)/logs")
      #expect(found.map(\.name) == [logs])
      let run = try found[0].run { warnings.append($0) }
      #expect(warnings.isEmpty && run.world == "CartPole-v1")
      let path = "\(folder)/ppo.sqlite"
      try Recording.write(run, run.description(trainer: "ppo"), to: path)
      let recording = try Recording(path)
      #expect(try recording.audit().difference == nil)
      let episodes = try recording.episodes()
      #expect(episodes.count == 110 && episodes[0].return == 15 && episodes[1].return == 15)
      #expect(episodes.map(\.return).reduce(0, +) == 2 * 2048)
      #expect(try recording.bestReturn() == episodes.map(\.return).max())
      #expect(try recording.metric("train/loss").steps == (1...7).map { 256 * ($0 + 1) })
      #expect(try recording.description().program == "import")
      // It says what is missing.
      let refused = #expect(throws: RecordingError.self) { try recording.steps(of: episodes[0]) }
      #expect(refused?.description.contains("imported from logs, which contain no steps") == true)
      let summary = try RunSummary(.file(path))
      #expect(summary.episodes == 110)
      #expect(summary.lastMean != nil)
    }
  }

  @Test func `scalars alone become a recording too`() throws {
    try withTemporaryFolder { folder in
      let log = "\(folder)/events.out.tfevents.1"
      try OutputFile.write(fixture("tensors.tfevents"), to: log, replacing: true)
      let run = try #require(try LogFolder.all(at: log).first).run { _ in }
      let path = "\(folder)/a.sqlite"
      try Recording.write(run, run.description(trainer: "x"), to: path)
      let recording = try Recording(path)
      #expect(try recording.audit().difference == nil)
      #expect(try recording.metric("exact").values.count == 5)
      #expect(try recording.stepCount() == 400)
    }
  }
}
