import Experiments
import Platform
import Rollouts
import TestSupport
import Testing

/// The runs of a sweep.
@Suite struct SweepTests {
  private static func sweep(
    _ settings: [(String, String)], seeds: [UInt64] = [1], of subject: String = "lake"
  ) throws -> Sweep {
    try Sweep(
      ManifestTask.NewRun(subject), seeds: seeds,
      settings: settings.map { (name: $0.0, value: $0.1) })
  }

  private static func values(_ tasks: [ManifestTask]) -> [String] {
    tasks.map { $0.overrides.map(\.value).joined(separator: " ") }
  }

  @Test func `a grid is every combination with every seed, each in a file of its own`() throws {
    let tasks = try Self.sweep(
      [("alpha", "0.05,0.1"), ("gamma", "0.9"), ("epsilon", "linear(0.5,0),0.1")], seeds: [3, 4]
    ).tasks()
    #expect(
      Self.values(tasks) == [
        "0.05 0.9 linear(0.5,0)", "0.05 0.9 linear(0.5,0)", "0.05 0.9 0.1", "0.05 0.9 0.1",
        "0.1 0.9 linear(0.5,0)", "0.1 0.9 linear(0.5,0)", "0.1 0.9 0.1", "0.1 0.9 0.1",
      ])
    #expect(Set(tasks.map(\.output)).count == 8)
    #expect(tasks[2].output == "lake-alpha0.05-epsilon0.1-s3.sqlite")
    // A number is kept as one, and a line is read as it was written.
    #expect(tasks[2].json["settings"]?["alpha"] == .number(0.05))
    #expect(try tasks.map { try ManifestTask(json: $0.json) } == tasks)
  }

  @Test func `a setting that is repeated has more values, which may contain commas`() throws {
    let tasks = try Self.sweep([("hidden", "64,64"), ("hidden", "128")], of: "reacher").tasks()
    #expect(Self.values(tasks) == ["64,64", "128"])
    #expect(
      tasks.map(\.output) == ["reacher-hidden64_64-s1.sqlite", "reacher-hidden128-s1.sqlite"])
  }

  @Test func `random combinations follow from a seed, stay in their ranges and never repeat`()
    throws
  {
    func drawn(_ count: Int, seed: UInt64) throws -> [ManifestTask] {
      var sweep = try Self.sweep([
        ("alpha", "loguniform(0.001,1)"), ("gamma", "uniform(0.9,0.95)"),
        ("episodes", "uniform(10,20)"),
      ])
      sweep.search = .random(count, seed: seed)
      return try sweep.tasks()
    }
    let tasks = try drawn(400, seed: 7)
    #expect(try drawn(400, seed: 7) == tasks)
    #expect(try drawn(10, seed: 7) == Array(tasks[..<10]))
    #expect(try drawn(400, seed: 8) != tasks)
    let values = tasks.map { $0.overrides.compactMap { Double($0.value) } }
    #expect(values.allSatisfy { 0.001...1 ~= $0[0] && 0.9...0.95 ~= $0[1] && 10...20 ~= $0[2] })
    #expect(values.allSatisfy { $0[2] == $0[2].rounded() })
    // Each of three orders of magnitude has a third.
    let low = values.count { $0[0] < 0.01 }
    #expect(100...170 ~= low, "\(low)")
    var few = try Self.sweep([("alpha", "0.1,0.2"), ("gamma", "0.9,0.8")])
    few.search = .random(50, seed: 1)
    #expect(Set(Self.values(try few.tasks())).count == 4)
  }

  @Test(arguments: [
    ("alpha", "9", "alpha must be a number"), ("alpha", "0.1,,0.2", "empty value"),
    ("alpha", "uniform(0,1)", "is for --search random"),
    ("alpha", "loguniform(0,1)", "the smaller first"), ("alhpa", "1", "no setting 'alhpa'"),
    ("gamma", (1...2000).map { "0.\($0)" }.joined(separator: ","), "at most 100 K runs"),
  ])
  func `what cannot be run is refused before anything begins`(
    name: String, value: String, sentence: String
  ) {
    let error = #expect(throws: RunError.self) {
      try Self.sweep([(name, value)], seeds: Array(1...100)).tasks()
    }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func `a plan grows, and never changes its lines`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/sweep.jsonl")
      #expect(try manifest.add(Self.sweep([], seeds: [1, 2]).tasks()) == 2)
      #expect(try manifest.add(Self.sweep([], seeds: [1, 2, 3]).tasks()) == 1)
      var longer = try Self.sweep([], seeds: [2])
      longer.episodes = 7
      #expect(throws: RunError.self) { try manifest.add(longer.tasks()) }
      #expect(try manifest.lines().count == 3)
    }
  }

  @Test func `an array job has the lines that are left, several per task above a site's limit`() {
    func array(_ lines: [Int], most: Int) -> SlurmArray {
      SlurmArray(
        lines, of: "/shared/it's/sweep.jsonl", program: "/opt/reel",
        options: ["--partition=cpu"], mostTasks: most, atOnce: 4)
    }
    let small = array([1, 2, 3, 7], most: 1001)
    #expect(small.count == 4 && small.script.contains("#SBATCH --array=1-3,7%4\n"))
    #expect(small.script.contains(#"run-task '/shared/it'\''s/sweep.jsonl' "$task""#))
    #expect(small.script.contains("\n#SBATCH --partition=cpu\n"))
    // The job number of an array's last task is the array's own: all of it would be requeued.
    #expect(
      small.script.contains("scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\""))
    // The largest number of a task is one below the limit.
    let large = array(Array(1...25), most: 11)
    #expect(large.count == 9 && large.script.contains("--array=1-9%4"))
    #expect(large.script.contains("$(((task - 1) * 3 + 1))-$((task * 3))"))
  }
}
