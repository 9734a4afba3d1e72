import Recordings
import Rollouts
import Testing

@Suite struct SelectionTests {
  /// Returns by episode: 1: 5, 2: 9, 3: 9, 4: 1, 5: 7, and the sixth is running with 99.
  private let episodes = zip(1..., [5.0, 9, 9, 1, 7, 99]).map { number, total in
    Episode(
      number: number, seed: 1, firstStep: number * 10, stride: 1, steps: 10, return: total,
      ending: number == 6 ? .running : number == 3 ? .truncated : .terminated)
  }

  @Test(arguments: [
    ("first", [1]), ("last", [5]), ("best", [2]), ("best 2", [2, 3]), ("best 9", [2, 3, 5, 1, 4]),
    ("worst", [4]), ("worst 2", [4, 1]), ("median", [5]), ("all", [1, 2, 3, 4, 5, 6]), ("6", [6]),
    ("2-4", [2, 3, 4]), ("5-99", [5, 6]), ("7", []), ("best,first,2", [2, 1]),
    ("3-4,worst,first", [3, 4, 1]),
  ]) func `episodes are chosen as they are named`(text: String, numbers: [Int]) throws {
    let selection = try #require(EpisodeSelection(text))
    #expect(selection.choose(from: episodes).map(\.number) == numbers)
    #expect(EpisodeSelection(selection.description) == selection)
  }

  @Test func `if no episode is over, all are candidates`() {
    let open = Array(episodes.suffix(1))
    for selection in [EpisodeSelection.last, .best(1), .worst(1), .median] {
      #expect(selection.choose(from: open).map(\.number) == [6])
      #expect(selection.choose(from: []).isEmpty)
    }
  }

  @Test func `a recording chooses the same episodes as a selection from all in memory`() throws {
    let folder = Folder()
    // So many that most are dropped on the way.
    let recording = try RandomRun(lengths: 1...5).record(40_000, to: folder("a.sqlite"))
    let all = try recording.episodes()
    #expect(all.count > 10_000)
    for text in [
      "first", "last", "best", "worst", "best 7", "worst 3000", "median", "all", "17-5000",
      "best 3,worst,first,last,median,3-9",
    ] {
      let selection = try #require(EpisodeSelection(text))
      #expect(try recording.episodes(selection) == selection.choose(from: all), "\(text)")
    }
    var passed: [Episode] = []
    try recording.forEachEpisodes { passed += $0 }
    #expect(passed == all)
  }

  @Test func `the median of more episodes than are kept is found in passes`() throws {
    let folder = Folder()
    let recording = try RandomRun(lengths: 1...3).record(150_000, to: folder("a.sqlite"))
    let all = try recording.episodes()
    #expect(all.count > 1 << 16)
    let median = EpisodeSelection.median.choose(from: all)
    #expect(try recording.episodes(.median) == median)
    let several = EpisodeSelection.several([.first, .median, .best(2)])
    let one = try recording.episodesWithSteps([several, .last, .median]) { $0 }
    #expect(one == [several.choose(from: all), EpisodeSelection.last.choose(from: all), median])
    // Among equal returns it is the middle one by number, and among other episodes another.
    for isWanted in [{ $0.return == median[0].return }, { $0.number % 7 != 0 }, { $0.return < 0 }]
      as [(Episode) -> Bool]
    {
      let some = all.filter(isWanted)
      let chosen = try recording.episodesWithSteps([.median]) { $0.filter(isWanted) }
      #expect(chosen == [EpisodeSelection.median.choose(from: some)])
    }
  }

  @Test(arguments: [1, 4]) func `the last episode before a step is found`(worlds: Int) throws {
    let folder = Folder()
    let recording = try RandomRun(worlds: worlds, lengths: 1...9).record(
      2000, to: folder("a.sqlite"))
    let all = try recording.episodes()
    for step in [0, 1, 2, 3, 7, 1000, 1001, 1999, 2000, .max] {
      #expect(try recording.lastEpisode(before: step) == all.last { $0.firstStep < step })
    }
  }

  @Test(arguments: [1, 4], [false, true])
  func `courses are the states of their episodes`(worlds: Int, usesBytes: Bool) throws {
    let folder = Folder()
    let run = RandomRun(worlds: worlds, lengths: 1...2500, usesBytes: usesBytes)
    let recording = try run.record(30_000, to: folder("a.sqlite"))
    let some = try recording.episodes().filter { $0.number % 3 == 1 }
    var numbers: [Int] = []
    try recording.forEachCourse(of: some) { episode, states in
      let expected = try recording.states(of: episode)
      #expect(states == expected)
      numbers.append(episode.number)
    }
    try recording.forEachCourse(of: some, most: 100) { episode, states in
      let last = Array(try recording.states(of: episode).suffix(100))
      #expect(states == last)
    }
    #expect(numbers == some.map(\.number))
  }

  @Test(arguments: [
    "", "beste", "best 0", "best x", "first 2", "4-2", "-3", "3-", "1-2-3", "best,", ",", "+3",
    "best 1 2", "99999999999999999999",
  ]) func `a text that names no episodes is refused`(text: String) {
    #expect(EpisodeSelection(text) == nil)
  }

  @Test func `a selection without a match is an error with one sentence`() throws {
    let folder = Folder()
    let recording = try RandomRun(lengths: 10...10).record(50, to: folder("a.sqlite"))
    let error = #expect(throws: RecordingError.self) { try recording.episodes(.numbers(77...80)) }
    #expect(error?.kind == .absent)
    #expect(
      error?.description == "\(folder("a.sqlite")) has 5 episodes, but none is '77-80'")
    #expect(throws: RecordingError.self) { try recording.episode(6) }
    #expect(throws: RecordingError.self) { try recording.episode(0) }
    #expect(throws: RecordingError.self) { try recording.episode(.max) }
    #expect(try recording.episodes(.best(2)).count == 2)
  }
}

@Suite struct ExportTests {
  @Test func `names in a table never become spreadsheet formulas`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    let recording = try RandomRun(lengths: 10...10).record(50, to: path)
    let change = "UPDATE actions SET name = '=1+1'; INSERT INTO metrics VALUES (50, '@x', -0.5)"
    #expect(shell("sqlite3 '\(path)' \"\(change)\"").status == 0)
    let steps = try text { try recording.exportTransitions($0) }.split(separator: "\n").dropFirst()
    #expect(steps.count == 50 && steps.allSatisfy { $0.contains(",'=1+1,") })
    #expect(try text(recording.exportMetrics).hasSuffix("50,'@x,-0.5\n"))
  }

  private func text(_ export: (([UInt8]) throws -> Void) throws -> Void) throws -> String {
    var bytes: [UInt8] = []
    try export { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a rollout is written as the view has it`() throws {
    let folder = Folder()
    let run = RandomRun(fractional: true)
    let recording = try run.record(200_000, to: folder("a.sqlite"))
    var pieces = 0
    var bytes: [UInt8] = []
    try recording.exportTransitions {
      pieces += 1
      bytes += $0
    }
    #expect(pieces > 10)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 200_001)
    #expect(lines[0] == "step,episode,t,state,action,action_name,reward,next_state,ending")
    let names = ["up", "down", "left", "right"]
    for step in try recording.steps(in: 65_530..<65_560) {
      guard case .index(let state) = step.state, case .index(let next) = step.next,
        case .index(let action) = step.action
      else { continue }
      #expect(
        lines[step.step + 1]
          == "\(step.step),\(step.episode),\(step.t),\(state),\(action),\(names[action]),"
          + "\(step.reward),\(next),\(step.ending.name)")
    }
  }

  @Test func `bytes are written in hexadecimal`() throws {
    let folder = Folder()
    let run = RandomRun(lengths: 1...1, usesBytes: true)
    let recording = try run.record(3, to: folder("a.sqlite"))
    let lines = try text { try recording.exportTransitions($0) }.split(separator: "\n")
    let first = try #require(try recording.steps(in: 0..<1).first)
    guard case .bytes(let action) = first.action else { return }
    #expect(
      lines[1].split(separator: ",", omittingEmptySubsequences: false)[4] == action.hexadecimal)
  }

  @Test func `names with commas, quotes and line ends are quoted`() throws {
    let folder = Folder()
    let run = RandomRun()
    var writer = try RecordingWriter(
      creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 0))
    try writer.record(Metric(step: 0, name: "a,\"b\"\nc", value: 1.5))
    try writer.record(Metric(step: 0, name: "plain", value: .nan))
    try writer.finish()
    let recording = try Recording(folder("a.sqlite"))
    #expect(
      try text(recording.exportMetrics)
        == "step,name,value\n0,\"a,\"\"b\"\"\nc\",1.5\n0,plain,\n")
    #expect(
      try text(recording.exportEpisodes) == "episode,seed,first_step,stride,steps,return,ending\n")
  }

  @Test func `episodes are written with their returns`() throws {
    let folder = Folder()
    let recording = try RandomRun(lengths: 4...4).record(10, to: folder("a.sqlite"))
    let lines = try text(recording.exportEpisodes).split(separator: "\n")
    let episodes = try recording.episodes()
    #expect(lines.count == 4)
    #expect(lines[3] == "3,1,8,1,2,\(episodes[2].return),interrupted")
  }

  @Test(arguments: [(6...6, true), (20...40, true), (20...40, false)])
  func `the size is estimated within a tenth`(lengths: ClosedRange<Int>, whole: Bool) throws {
    let folder = Folder()
    let run = RandomRun(lengths: lengths, fractional: !whole)
    let recording = try run.record(300_000, to: folder("a.sqlite"))
    let mean = Double(lengths.lowerBound + lengths.upperBound) / 2
    let expected = RecordingEstimate.bytes(
      steps: 300_000, episodeLength: mean, wholeRewards: whole)
    #expect(abs(Double(recording.fileBytes()) / Double(expected) - 1) < 0.1)
    #expect(RecordingEstimate.bytes(steps: .max) == .max)
  }
}
