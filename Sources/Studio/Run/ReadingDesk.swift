import Analysis
import Experiments
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// What is quick to read from a recording: its description, its episodes, single steps, its curve.
final class ReadingDesk {
  let recording: Recording
  let run: RunDescription
  private let plan: TrainingPlan
  private let tables: PictureTables

  init(_ path: String, _ tables: PictureTables) throws {
    recording = try Recording(path)
    run = try recording.description()
    plan = try tables.catalog.plan(of: run)
    self.tables = tables
  }

  // MARK: The run

  /// The facts of the run.
  func facts() throws -> JSON {
    let summary = try RunSummary(.file(recording.path))
    let settings: [JSON.Member]
    if case .object(let members) = run.configuration { settings = members } else { settings = [] }
    let insight = try plan.insight(of: recording)
    return .object(
      summary.members + [
        .init("title", .string(run.chartTitle)),
        .init("is_text", .bool(run.isOfText)),
        .init("has_steps", .bool(try hasSteps())),
        .init("mind", .string(mind(insight))),
        .init("policy", .string(plan.settings.policyKind ?? "")),
        .init(
          "actions",
          .array(
            run.world.actions.prefix(64).map {
              ["name": .string($0.name), "dx": .integer($0.dx), "dy": .integer($0.dy)]
            })),
        .init("action_count", .integer(run.world.actions.count)),
        .init("settings", .object(settings)),
        .init("metrics", .array(try recording.usualMetricNames().map(JSON.string))),
        .init("parent", .string(run.parent?.file ?? "")),
      ])
  }

  private func hasSteps() throws -> Bool {
    try !(run.isOfText && run.purpose == .train) && recording.counts().transitions > 0
  }

  /// What can be shown of what was learned.
  private func mind(_ insight: Insight) -> String {
    switch insight {
    case .table: "table"
    case .actionValues: "values"
    case .attention: "attention"
    case .nothing: "nothing"
    }
  }

  // MARK: Episodes and steps

  /// An episode by its number, the next (`>5`) or previous (`<5`) one, or one named by a word, such as "best".
  func episode(_ word: String) throws -> JSON {
    if let number = Int(word) { return json(try recording.episode(number)) }
    for (sign, backwards) in [(">", false), ("<", true)] where word.hasPrefix(sign) {
      guard let number = Int(word.dropFirst()),
        let found = try episode(after: number, backwards: backwards)
      else { throw Refusal.missing("there is no further episode") }
      return json(try recording.episode(found))
    }
    switch word {
    case "newest":
      let last = try recording.newestEpisode()
      return json(try recording.episode(max(1, last)))
    default:
      guard let selection = EpisodeSelection(word) else {
        throw Refusal.invalid("'\(word)' is not an episode")
      }
      let found = try recording.episodes(selection, withSteps: true)
      return json(found[0])
    }
  }

  /// The next or previous episode whose steps are recorded; nil if there is none.
  func episode(after number: Int, backwards: Bool = false) throws -> Int? {
    let last = try recording.newestEpisode()
    let thinning = try recording.thinning()
    var next = number
    repeat {
      next += backwards ? -1 : 1
    } while (1...max(1, last)).contains(next)
      && thinning?.keeps(episode: next) == false
    return (1...max(1, last)).contains(next) ? next : nil
  }

  /// The episode of a step of the run, and the step's index in it.
  func place(ofStep step: Int) throws -> JSON {
    guard let recorded = try recording.steps(in: step..<step + 1).first else {
      throw Refusal.missing("there is no step \(step)")
    }
    return ["episode": .integer(recorded.episode), "t": .integer(recorded.t)]
  }

  /// The episode that was being played after a number of steps, episodes or seconds.
  func episode(at place: Double, by progress: Curve.Progress) throws -> JSON {
    let last = max(1, try recording.newestEpisode())
    switch progress {
    case .episodes: return json(try recording.episode(min(last, max(1, Int(place)))))
    case .steps:
      let step = min(max(0, Int(place)), max(0, try recording.stepCount() - 1))
      guard let found = try recording.steps(in: step..<step + 1).first else {
        return json(try recording.episode(last))
      }
      return json(try recording.episode(found.episode))
    case .time:
      let ended = try recording.outcomes().last(1) { $0.seconds <= place }
      return json(try recording.episode(min(last, (ended.last?.number ?? 0) + 1)))
    }
  }

  private func json(_ episode: Episode) -> JSON {
    [
      "episode": .integer(episode.number), "first_step": .integer(episode.firstStep),
      "stride": .integer(episode.stride), "steps": .integer(episode.steps),
      "return": .number(episode.return), "ending": .string(episode.ending.name),
    ]
  }

  /// The action, reward and observation at a moment of an episode.
  func moment(_ number: Int, t: Int) throws -> JSON {
    let (step, isEnd) = try recording.step(ofEpisode: number, at: t)
    return [
      "episode": .integer(number), "t": .integer(t), "step": .integer(step.step),
      "end": .bool(isEnd),
      "action": isEnd ? .null : action(step.action),
      "reward": isEnd ? .null : .number(step.reward),
      "state": .string(text(of: isEnd ? step.next : step.state)),
    ]
  }

  private func action(_ value: Value) -> JSON {
    if case .index(let index) = value { return .string(StateNames(run.world).action(index)) }
    return .string(numbers(value, of: "action"))
  }

  private func text(of state: Value) -> String {
    if case .index(let index) = state { return StateNames(run.world).state(index) }
    return numbers(state, of: "state")
  }

  /// The first numbers of a recorded value, by name.
  private func numbers(_ value: Value, of subject: String) -> String {
    let reader = RecordedNumbers(run.world.fields, of: subject)
    let most = 8
    let shown = zip(reader.names, reader.all(of: value)).prefix(most).map {
      "\($0) \(NumberText.short($1))"
    }
    return shown.joined(separator: ", ") + (reader.names.count > most ? " …" : "")
  }

  // MARK: Curves

  /// The returns within an episode so far, for its strip.
  func strip(_ number: Int, most: Int = 800) throws -> (x: [Double], y: [Double]) {
    let episode = try recording.episode(number)
    let every = max(1, episode.steps / most)
    var (x, y) = ([0.0], [0.0])
    var total = 0.0
    try recording.forEachStep(of: episode) { step in
      total += step.reward
      if step.t.isMultiple(of: every) || step.t == episode.steps - 1 {
        x.append(Double(step.t + 1))
        y.append(total)
      }
    }
    return (x, y)
  }

  /// The curve of a measure as a chart, and a function that writes its numbers as a table.
  func chart(
    _ request: ChartRequest, title: String = ""
  ) throws -> (chart: Chart, csv: () throws -> String) {
    if run.isOfText, run.purpose == .train {
      let losses = try LossCurve(of: recording)
      return (losses.chart(title: title, theme: request.theme), { losses.csv })
    }
    let metric = request.metric
    let measure = metric.isEmpty ? Curve.Measure.returns : Curve.Measure.metric(metric)
    let points =
      metric.isEmpty ? try recording.outcomes() : try recording.knownOutcomes(ofMetric: metric)
    guard points.count > 0 else { throw Refusal.missing("no episode has ended yet") }
    let curve = try Curve(points, by: request.progress, of: measure)
    return (curve.chart(title: title, theme: request.theme), { try curve.csv })
  }
}

extension Recording {
  /// The step of the run at a moment of an episode; at the episode's end the last one.
  func step(ofEpisode number: Int, at t: Int) throws -> (step: RecordedStep, isEnd: Bool) {
    let episode = try episode(number)
    guard (0...episode.steps).contains(t) else {
      throw Refusal.missing("episode \(number) has \(episode.steps) steps")
    }
    let index = episode.firstStep + min(t, episode.steps - 1) * episode.stride
    guard let step = try steps(in: index..<index + 1).first else {
      throw Refusal.missing("step \(index) is not in this recording")
    }
    return (step, t == episode.steps)
  }
}

/// Which curve to draw, and how.
struct ChartRequest {
  var metric = ""
  var progress = Curve.Progress.episodes
  var theme = Theme.light
  var (width, height) = (900, 300)
}
