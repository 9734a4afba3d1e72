import Analysis
package import Experiments
package import Pictures
import Platform
import Raster
package import Recordings
import Rollouts
import Trainers
import Worlds

/// Reads what a report shows of a recording.
package struct ReportedRun {
  private let name: String
  private let task: String
  private let group: String
  private let path: String
  let recording: Recording
  let run: RunDescription
  /// Nil for a text.
  private let world: (any World)?
  private let insight: Insight
  private let commands: Commands
  let options: Options
  let tables: PictureTables

  /// How much of a run a report shows.
  package struct Options: Sendable {
    /// The episodes that can be played, each with the word that chose it.
    package var episodes: [(label: String, selection: EpisodeSelection)]
    /// The number of heat maps on the slider.
    package var moments: Int
    /// The limit for one run's pictures, maps and numbers, in bytes.
    package var bytes: Int
    /// How many points of a run's curve are kept.
    var points = Outcomes.usualMost

    /// Options.
    package init(
      episodes: [(label: String, selection: EpisodeSelection)], moments: Int, bytes: Int
    ) {
      (self.episodes, self.moments, self.bytes) = (episodes, moments, bytes)
    }
  }

  /// Commands to print, from the caller.
  package struct Commands: Sendable {
    /// The command that makes the same run again.
    package var again: String
    /// The command that explains a step, without the number; empty if there is none.
    package var explain: String
    /// The command that shows a moment; nil if there is none.
    package var moment: @Sendable (Moment) -> String?

    /// Some commands.
    package init(
      again: String, explain: String = "",
      moment: @escaping @Sendable (Moment) -> String? = { _ in nil }
    ) {
      (self.again, self.explain, self.moment) = (again, explain, moment)
    }
  }

  /// A run under a name.
  package init(
    _ grouped: GroupedRun, named name: String, _ commands: Commands, _ options: Options,
    by tables: PictureTables = .builtIn
  ) throws {
    path = grouped.path
    self.name = name
    (task, group) = (grouped.task, grouped.group)
    (self.commands, self.options, self.tables) = (commands, options, tables)
    recording = try grouped.recording()
    run = grouped.run
    let plan = try tables.catalog.plan(of: run)
    (world, insight) =
      run.isOfText ? (nil, .nothing) : (try plan.world(), try plan.insight(of: recording))
  }

  /// Reads the facts, without pictures.
  package func readBriefly() throws -> RunReport {
    let curve = run.isOfText ? nil : try Curve(recording.outcomes(most: options.points))
    var report = RunReport(
      name: name, task: task, group: group, facts: try facts(curve), settings: settings,
      command: commands.again, actions: run.world.actions)
    report.note = run.note
    if let curve {
      report.curve = curve
      report.score = try Self.score(recording.lastEpisodes(100).map(\.return))
    } else if run.purpose == .train {
      try readLosses(&report)
    }
    return report
  }

  static func score(_ last: [Double]) -> Double {
    let mean = Statistics.mean(last)
    return mean.isNaN ? -.infinity : mean
  }

  /// Reads everything; `progress` receives the share that is done, and stops it by returning false.
  package func read(progress: (Double) -> Bool = { _ in true }) throws -> RunReport {
    // On separate threads and connections; the digest takes as long as all the rest, and is left out for a
    // large file.
    let (path, catalog) = (path, tables.catalog)
    let moments =
      run.purpose == .train && !run.isOfText
      ? Errand { isWanted in
        try Recording(path).courseMoments(in: catalog) { _, _ in isWanted() }
      } : nil
    let digest =
      recording.fileBytes() <= Self.mostHashedBytes
      ? Errand { _ in try Recording(path).digest() } : nil
    var (report, history) = try readShown(progress)
    if let moments {
      let found = try moments.result() + recording.tableMoments(history, in: tables.catalog)
      report.moments = found.sorted().map { ($0, commands.moment($0)) }
    }
    if let digest = try digest?.result() {
      report.facts.append((name: "Digest", value: digest.prefix(16) + "…"))
    }
    return report
  }

  /// The digest of a larger file would take most of a report's time; `reel digest` prints it.
  private static let mostHashedBytes = 256 << 20

  private func readShown(
    _ progress: (Double) -> Bool
  ) throws -> (report: RunReport, history: TableHistory?) {
    var report = try readBriefly()
    report.isInFull = true
    if run.isOfText {
      if run.purpose == .evaluate { report.texts = try texts() }
      return (report, nil)
    }
    report.explainCommand = commands.explain
    if case .actionValues = insight {
      report.valueSource = "by the network of the last checkpoint before the episode"
    }
    let maps = try mapSteps()
    let (chosen, begun) = try episodes(beginningBy: maps.steps)
    if !chosen.isEmpty {
      let views = try ReportedViews(
        of: EpisodePictures(path, EpisodePictureOptions(), by: tables), chosen.map(\.episode),
        bytes: options.bytes - maps.bytes, progress: progress)
      report.board = views.board
      report.episodes = try zip(chosen, views.views).map { chosen, found in
        try episode(chosen.episode, chosen.label, every: found.every, found.view)
      }
    }
    var history: TableHistory?
    switch insight {
    case .table where try recording.hasEveryStep():
      var course = TableCourse(
        recording, run, tables, room: (options.bytes - maps.bytes) / 4)
      try course.follow(at: maps.steps, &report.episodes, chosen.map(\.episode))
      if !course.maps.isEmpty {
        var heat = try heat(course.maps, at: maps.steps, begun)
        (heat.updates, heat.lastUpdates) = (course.lastUpdates.updates, course.lastUpdates.places)
        report.heat = heat
      }
      history = course.history
    case .actionValues(let values):
      for (index, chosen) in chosen.enumerated() {
        report.episodes[index].values = try networkValues(
          report.episodes[index], chosen.episode, values)
      }
    case .table, .attention, .nothing: break
    }
    try explainNetwork(&report, chosen.map(\.episode), progress)
    return (report, history)
  }

  // MARK: Heat map

  /// The largest map on a page, in cells and in columns or rows.
  private static let (mostCells, greatestSide) = (40_000, 8192)
  /// The longer side of maps in pixels, rounded to cells of whole pixels.
  private static let mapSide = 640
  /// With more columns or rows, numbers would be too small to read.
  private static let (numberedColumns, numberedRows) = (8, 24)

  /// The steps whose maps are shown, and their size in bytes; none if there is nothing to see.
  private func mapSteps() throws -> (steps: [Int], bytes: Int) {
    guard case .table = insight, try recording.hasEveryStep(),
      let layout = StateLayout(run.world.fields),
      layout.rows * layout.columns <= Self.mostCells,
      max(layout.rows, layout.columns) <= Self.greatestSide
    else { return ([], 0) }
    let bytes = RunReport.Heat.byteCount(cells: layout.rows * layout.columns)
    let count = max(2, min(options.moments, options.bytes / 2 / bytes))
    let last = try recording.stepCount()
    return ((0..<count).map { last * $0 / (count - 1) }, count * bytes)
  }

  private func heat(
    _ maps: [HeatMap], at steps: [Int], _ begun: [Int]
  ) throws -> RunReport.Heat {
    let scale = ColorScale(fitting: maps)
    let (rows, columns) = (maps[0].rows, maps[0].columns)
    func parts(_ theme: Theme) throws -> HeatMapParts {
      try HeatMapParts(
        like: maps[0], scale: scale, side: max(1, Self.mapSide / max(rows, columns)),
        hasNumbers: columns <= Self.numberedColumns && rows <= Self.numberedRows, theme: theme)
    }
    return RunReport.Heat(
      maps: maps, steps: steps, episodes: begun,
      parts: .init(light: try parts(.light), dark: try parts(.dark)),
      directions: HeatMapChart.directions(of: run.world.fields))
  }

  // MARK: Episodes

  /// The chosen episodes, and how many had begun by some steps.
  private func episodes(
    beginningBy steps: [Int]
  ) throws -> (chosen: [(episode: Episode, label: String)], begun: [Int]) {
    (try chosen(), try steps.map { try recording.lastEpisode(before: $0)?.number ?? 0 })
  }

  /// Each episode once, with the first word that chose it.
  func chosen() throws -> [(episode: Episode, label: String)] {
    var seen: Set<Int> = []
    let found = try recording.episodesWithSteps(options.episodes.map(\.selection))
    return zip(options.episodes, found).flatMap { choice, episodes in
      episodes.filter { seen.insert($0.number).inserted }.map {
        let label = "Episode \($0.number)"
        return ($0, Int(choice.label) == nil ? "\(label), \(choice.label)" : label)
      }
    }
  }

  private func episode(
    _ episode: Episode, _ label: String, every: Int, _ view: RunReport.View
  ) throws -> RunReport.Episode {
    var report = RunReport.Episode(
      number: episode.number, label: label, ending: episode.ending.name,
      firstStep: episode.firstStep, stride: episode.stride, view: view)
    var total = 0.0
    func add(_ t: Int, _ action: Value?, _ state: Value) {
      report.steps.append(t)
      report.returns.append(total)
      report.states.append(state)
      if case .index(let index)? = action {
        report.actions.append(index)
      } else {
        report.actions.append(nil)
      }
    }
    var last: RecordedStep?
    try recording.forEachStep(of: episode) { step in
      if step.t.isMultiple(of: every) { add(step.t, step.action, step.state) }
      total += step.reward
      last = step
    }
    guard let last else { throw RunError.damaged(path, "episode \(episode.number) has no steps") }
    add(last.t + 1, nil, last.next)
    return report
  }

  // MARK: Values

  /// The values of the last checkpoint before an episode at each of its moments.
  private func networkValues(
    _ report: RunReport.Episode, _ episode: Episode,
    _ network: (Checkpoint) throws -> ActionValues
  ) throws -> [Float] {
    guard let world = world as? any ObservableWorld,
      let checkpoint = try recording.checkpoint(atOrBefore: episode.firstStep)
    else { return [] }
    func observations<W: ObservableWorld>(of world: W) -> [Float] {
      report.states.flatMap { state -> [Float] in
        guard case .bytes(let bytes) = state else { return [] }
        return W.State(bytes: bytes).map(world.observation) ?? []
      }
    }
    let values = try network(checkpoint)(observations(of: world))
    return values.count == report.steps.count * run.world.actions.count ? values : []
  }
}
