import Analysis
import Raster
import Recordings
import Report
import Rollouts
import Trainers
import Worlds

/// Reads what a report shows of a recording.
struct ReportedRun {
  private let name: String
  private let task: String
  private let path: String
  private let recording: Recording
  private let run: RunDescription
  private let plan: RunPlan
  private let wishes: Wishes

  /// How much a report shows.
  struct Wishes {
    /// The episodes that can be played, each with the word that chose it.
    var episodes: [(label: String, selection: EpisodeSelection)]
    /// How many heat maps its slider goes through.
    var moments: Int
    /// The bytes that one run's pictures may take.
    var bytes: Int
  }

  init(_ grouped: GroupedRun, named name: String, _ wishes: Wishes) throws {
    path = grouped.path
    self.name = name
    task = grouped.task
    self.wishes = wishes
    recording = grouped.recording
    run = grouped.run
    plan = try RunPlan(run)
  }

  func read() throws -> Report.Run {
    let outcomes = try recording.outcomes()
    var report = Report.Run(
      name: name, task: task, facts: try facts(outcomes), settings: settings, command: run.command,
      curve: Curve(outcomes, window: max(1, min(max(50, outcomes.count / 40), outcomes.count))),
      actions: run.world.actions, episodes: [])
    report.note = run.note
    if case .dqn = plan.learner {
      report.judge = "by the network of the last checkpoint before the episode"
    }
    report.board = board
    report.heat = try heat()
    let chosen = try chosen()
    report.episodes = try chosen.map {
      try episode($0.episode, $0.label, bytes: wishes.bytes / 2 / chosen.count)
    }
    return report
  }

  // MARK: The run card

  private func facts(_ outcomes: [EpisodeOutcome]) throws -> [(name: String, value: String)] {
    let session = try recording.sessions().last
    let seconds = try recording.elapsed().last?.seconds ?? 0
    let last = outcomes.suffix(100).map(\.totalReturn)
    let versions: String
    if case .object(let members)? = session?.versions {
      versions = members.map { "\($0.key) \($0.value.text ?? $0.value.compact)" }
        .joined(separator: ", ")
    } else {
      versions = ""
    }
    let best = outcomes.map(\.totalReturn).max().map { decimal($0, 3) } ?? ""
    let parent = run.parent.map { "\($0.file) at step \($0.step)" } ?? ""
    let steps = try recording.stepCount()
    let status = try recording.status().rawValue
    let digest = try String(recording.digest().prefix(16)) + "…"
    var facts: [(name: String, value: String)] = []
    facts.append(("World", run.world.name))
    facts.append(("Map", run.world.mapName))
    facts.append(("Trainer", run.trainer))
    facts.append(("Preset", run.preset))
    facts.append(("Seed", "\(run.seed)"))
    facts.append(("Purpose", run.purpose == .train ? "" : run.purpose.rawValue))
    facts.append(("Parent", parent))
    facts.append(("Tags", run.tags.joined(separator: ", ")))
    facts.append(("Steps", NumberText.grouped(steps)))
    facts.append(("Episodes", NumberText.grouped(outcomes.count)))
    facts.append(
      ("Mean of the last \(last.count)", last.isEmpty ? "" : decimal(Statistics.mean(last), 3)))
    facts.append(("Best return", best))
    facts.append(("Begun", session?.started ?? ""))
    facts.append(("Took", seconds > 0 ? duration(seconds) : ""))
    facts.append(("Status", status))
    facts.append(("Made with", versions))
    facts.append(("Digest", digest))
    return facts.filter { !$0.value.isEmpty }
  }

  private var settings: [(name: String, value: String)] {
    guard case .object(let members) = run.configuration else { return [] }
    return members.map { ($0.key, $0.value.text ?? $0.value.compact) }
  }

  // MARK: Board and heat map

  /// Boards of more cells are shown as pictures.
  private static let mostCells = 10_000

  private var map: GridMap? {
    guard let map = plan.world.grid?.map, map.cells.count <= Self.mostCells else { return nil }
    return map
  }

  private var board: Report.Board? {
    guard let map else { return nil }
    let exits = map.cells.enumerated().compactMap { place, cell -> (place: Int, value: Double)? in
      guard case .exit(let value) = cell else { return nil }
      return (place, value)
    }
    return Report.Board(
      kind: map.kind.rawValue, columns: map.columns,
      cells: map.cells.map { cell in
        switch cell {
        case .floor: 0
        case .wall: 1
        case .goal: 2
        case .hole: 3
        case .exit: 4
        }
      }, start: map.start, exits: exits)
  }

  private func heat() throws -> Report.Heat? {
    guard case .qTable = plan.learner, try hasEveryStep, let layout = StateLayout(run.world.fields),
      layout.rows * layout.columns <= 4 * Self.mostCells
    else { return nil }
    // What a cell takes on the page, as letters.
    let cell = layout.rows * layout.columns <= 4096 ? 7 : 3
    let most = wishes.bytes / 2 / (cell * layout.rows * layout.columns)
    let count = max(2, min(wishes.moments, most))
    let last = try recording.stepCount()
    let steps = (0..<count).map { last * $0 / (count - 1) }
    let tables = try LearnedTables(recording, of: .values)
    let maps = try tables.maps(at: steps)
    let all = try steps.indices.map { try maps.map($0) }
    let begun = try recording.episodes().map(\.firstStep)
    var episode = 0
    let episodes = steps.map { step in
      while episode < begun.count, begun[episode] < step { episode += 1 }
      return episode
    }
    return Report.Heat(
      maps: all, steps: steps, episodes: episodes, scale: ColorScale(fitting: all),
      directions: HeatMapChart.directions(of: run.world.fields))
  }

  /// Whether tables can be made again from the steps; a thinned copy lacks some.
  private var hasEveryStep: Bool {
    get throws { try recording.thinning().map { $0.episodes == 1 } ?? true }
  }

  // MARK: Episodes

  /// Each episode once, under the first word that chose it.
  private func chosen() throws -> [(episode: Episode, label: String)] {
    let all = try recording.episodesWithSteps()
    var seen: Set<Int> = []
    return wishes.episodes.flatMap { wish in
      wish.selection.choose(from: all).filter { seen.insert($0.number).inserted }.map {
        let label = "Episode \($0.number)"
        return ($0, Int(wish.label) == nil ? "\(label), \(wish.label)" : label)
      }
    }
  }

  /// More moments of an episode than these are thinned.
  private static let mostMoments = 2000

  private func episode(
    _ episode: Episode, _ label: String, bytes: Int
  ) throws -> Report.Episode {
    var every = (episode.steps + Self.mostMoments - 1) / Self.mostMoments
    var pictures: [Report.Picture] = []
    if map == nil {
      let found = try EpisodeStrip(path, episode, bytes: bytes)
      (pictures, every) = (found.pictures, found.every)
    }
    let moments = try EpisodeMoments(recording, episode, every: max(1, every))
    guard !moments.steps.isEmpty else {
      throw Failure.failed("\(path) is damaged: episode \(episode.number) has no steps")
    }
    var report = Report.Episode(
      number: episode.number, label: label, ending: episode.ending.name, steps: moments.steps,
      returns: moments.returns, actions: moments.actions)
    report.pictures = pictures
    if let map {
      report.places = moments.states.map { state in
        let (row, column) = map.position(of: state)
        return row * map.columns + column
      }
    }
    switch plan.learner {
    case .qTable: report.values = try hasEveryStep ? tableValues(episode, moments) : []
    case .dqn: report.values = try networkValues(episode, moments)
    case .ppo: break
    }
    return report
  }

  /// What the last checkpoint before an episode said at each of its moments.
  private func networkValues(_ episode: Episode, _ moments: EpisodeMoments) throws -> [Float] {
    guard let world = plan.world.observed,
      let checkpoint = try recording.checkpoint(atOrBefore: episode.firstStep)
    else { return [] }
    var network = try GreedyNetwork(checkpoint)
    func observations<W: ObservedWorld>(of world: W) -> [Float] {
      moments.blobs.flatMap { W.State(bytes: $0).map(world.observation) ?? [] }
    }
    let values = network.values(observations(of: world))
    return values.count == moments.steps.count * run.world.actions.count ? values : []
  }

  /// What the table said at each moment of the state that it found; NaN of what is not allowed.
  private func tableValues(_ episode: Episode, _ moments: EpisodeMoments) throws -> [Float] {
    var values: [Float] = []
    let steps = moments.steps.map { episode.firstStep + $0 * episode.stride }
    try recording.forEachQTable(at: steps) { _, table in
      let state = moments.states[values.count / table.actions]
      values += table.row(state).map { $0.isFinite ? Float($0) : .nan }
    }
    return values
  }
}

/// An episode's moments, every so many steps and the last.
private struct EpisodeMoments {
  var steps: [Int] = []
  var returns: [Double] = []
  var actions: [Int?] = []
  /// Where states are numbers.
  var states: [Int] = []
  /// Where they are bytes.
  var blobs: [[UInt8]] = []

  init(_ recording: Recording, _ episode: Episode, every: Int) throws {
    var total = 0.0
    var last: RecordedStep?
    try recording.forEachStep(of: episode) { step in
      if step.t.isMultiple(of: every) { add(step.t, total, step.action, step.state) }
      total += step.reward
      last = step
    }
    if let last { add(last.t + 1, total, nil, last.next) }
  }

  private mutating func add(_ t: Int, _ total: Double, _ action: Value?, _ state: Value) {
    steps.append(t)
    returns.append(total)
    if case .index(let index)? = action { actions.append(index) } else { actions.append(nil) }
    switch state {
    case .index(let index): states.append(index)
    case .bytes(let bytes): blobs.append(bytes)
    }
  }
}
