package import Recordings
package import Rollouts
import Trainers

/// One step of a recording, explained: what was seen, chosen, done and learned, with the numbers of the run.
package enum Explanation: Sendable {
  case table(TableExplanation)
  case dqn(DQNExplanation)
  case ppo(PPOExplanation)
  case batch(BatchExplanation)
  case token(TokenExplanation)
  case transition(TransitionExplanation)

  private var content: any ExplanationContent {
    switch self {
    case .table(let it): it
    case .dqn(let it): it
    case .ppo(let it): it
    case .batch(let it): it
    case .token(let it): it
    case .transition(let it): it
    }
  }

  /// The step's place in the recording.
  package var place: ExplainedStep { content.place }
  /// The explanation as text, part by part.
  package var parts: [ExplanationPart] { content.parts }
  /// The shortest explanation of why it was done and what was learned from it, in lines.
  package var summary: [String] { content.summary }
  /// The explanation as JSON.
  package var json: JSON { .object(content.place.members + content.members) }
}

/// What each kind of explanation provides.
protocol ExplanationContent: Sendable {
  var place: ExplainedStep { get }
  var parts: [ExplanationPart] { get }
  /// The shortest explanation of why it was done and what was learned from it.
  var summary: [String] { get }
  /// Its members as JSON, after those of `place`.
  var members: [JSON.Member] { get }
}

/// The place of an explained step.
package struct ExplainedStep: Sendable, Equatable {
  /// The kind of explanation: `table`, `dqn`, `ppo`, `batch`, `token` or `transition`.
  package var kind: String
  /// The step's number, from 0.
  package var step: Int
  /// Its episode, and its index in it from 0; nil if steps are batches.
  package var episode: Int?
  package var t: Int?
  /// The world or text, and its map.
  package var subject: String

  /// A step that is a batch.
  init(_ kind: String, batch step: Int, _ run: RunDescription) {
    (self.kind, self.step) = (kind, step)
    subject = run.world.mapName.isEmpty ? run.world.name : "\(run.world.name) \(run.world.mapName)"
  }

  init(_ kind: String, _ step: RecordedStep, _ run: RunDescription) {
    self.init(kind, batch: step.step, run)
    (episode, t) = (step.episode, step.t)
  }

  /// One line of text.
  package var title: String {
    guard let episode, let t else { return "batch \(step) · \(subject)" }
    return "step \(step) · episode \(episode), t = \(t) · \(subject)"
  }

  var members: [JSON.Member] {
    [.init("kind", .string(kind)), .init("step", .integer(step))]
      + (episode.map { [.init("episode", .integer($0))] } ?? [])
      + (t.map { [.init("t", .integer($0))] } ?? [])
  }
}

/// A part of an explanation: lines, and optionally a table below them.
package struct ExplanationPart: Sendable, Equatable {
  package var title: String
  package var lines: [String]
  package var table: Table?

  /// Columns of words and numbers.
  package struct Table: Sendable, Equatable {
    package var columns: [String]
    package var rows: [[String]]
    /// The columns that are aligned to the right.
    package var right: Set<Int>

    /// A table.
    init(_ columns: [String], right: Set<Int> = [], _ rows: [[String]]) {
      (self.columns, self.rows, self.right) = (columns, rows, right)
    }
  }

  init(_ title: String, _ lines: [String], _ table: Table? = nil) {
    (self.title, self.lines, self.table) = (title, lines, table)
  }
}

extension Catalog {
  /// Explains one step. A network is trained again from the checkpoint before it up to the step.
  package func explanation(
    of recording: Recording, at step: Int, progress: ProgressHandler = { _, _ in true }
  ) throws -> Explanation {
    let steps = try recording.stepCount()
    guard (0..<steps).contains(step) else {
      throw RunError.request(
        steps == 0
          ? "\(recording.path) has no steps yet"
          : "\(recording.path) has steps 0 to \(steps - 1), so there is no step \(step)")
    }
    let plan = try plan(of: recording, at: step)
    let run = try recording.description()
    if run.isOfText {
      return run.purpose == .train
        ? .batch(try BatchExplanation(recording, step, plan, progress))
        : .token(try TokenExplanation(recording, step))
    }
    if try plan.insight(of: recording).isTable, try recording.foldsTable() {
      return .table(
        try TableExplanation(recording, step, explanationContext(of: recording, at: step)))
    }
    guard run.purpose == .train, canTrace(plan) else {
      return .transition(try TransitionExplanation(recording, step))
    }
    var training = try TracedTraining(recording, of: [step], plan)
    return try explanation(of: recording, at: step, plan, &training, progress)
  }

  /// Explains ascending steps of one network, such as those of an episode, by training again once.
  package func explanations(
    of recording: Recording, at steps: [Int], progress: ProgressHandler = { _, _ in true }
  ) throws -> [Explanation] {
    guard let first = steps.first else { return [] }
    let plan = try plan(of: recording, at: first)
    guard try recording.description().purpose == .train, canTrace(plan) else { return [] }
    var training = try TracedTraining(recording, of: steps, plan)
    return try steps.map { try explanation(of: recording, at: $0, plan, &training, progress) }
  }

  /// Whether a network was trained in a world here, so that it can be trained again.
  private func canTrace(_ plan: TrainingPlan) -> Bool {
    plan.settings is DQNConfiguration || plan.settings is PPOConfiguration
  }

  private func explanation(
    of recording: Recording, at step: Int, _ plan: TrainingPlan, _ training: inout TracedTraining,
    _ progress: ProgressHandler
  ) throws -> Explanation {
    switch plan.settings {
    case let settings as DQNConfiguration:
      .dqn(try DQNExplanation(recording, step, plan, settings, &training, progress))
    case let settings as PPOConfiguration:
      .ppo(try PPOExplanation(recording, step, plan, settings, &training, progress))
    default: .transition(try TransitionExplanation(recording, step))
    }
  }

  /// The plan that was in force at a step: settings may change when a run is forked or resumed.
  func plan(of recording: Recording, at step: Int) throws -> TrainingPlan {
    var run = try recording.description()
    if let settings = try recording.settings().last(where: { $0.from <= step }) {
      run.configuration = settings.configuration
    }
    return try plan(of: run)
  }
}

extension Recording {
  /// The transition of an existing step.
  func transition(_ step: Int) throws -> RecordedStep {
    guard let row = try steps(in: step..<step + 1).first else {
      throw RunError.request("\(path) does not hold step \(step)")
    }
    return row
  }
}

extension Ending {
  /// The end of a sentence about a step that ends an episode.
  var remark: String {
    switch self {
    case .running: ""
    case .terminated: "; the episode is over, so nothing follows"
    case .truncated: "; the episode is cut off, though it could continue"
    case .interrupted: "; its recording ends here"
    }
  }
}

extension String {
  /// The text with a capital letter.
  var capitalizingFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Insight {
  /// Whether a table is learned, which is known at every step.
  var isTable: Bool {
    if case .table = self { true } else { false }
  }
}
