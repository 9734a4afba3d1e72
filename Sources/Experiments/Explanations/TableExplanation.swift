import Platform
package import Recordings
package import Rollouts
package import Trainers

/// One step of Q-learning: what the table knew, why the action was chosen, what the world did, and how the
/// table changed.
package struct TableExplanation: ExplanationContent {
  package let place: ExplainedStep
  package let names: StateNames
  package let state: Int
  package let action: Int
  /// What the table knew about the state's actions.
  package let known: [Known]
  package let choice: Choice
  /// What the world did with the action; nil if it is not a world of this program.
  package let move: Move?
  package let reward: Double
  package let next: Int
  package let ending: Ending
  /// How the table changed; nil if nothing is learned.
  package let update: Update?

  /// An action as the table knew it before the step.
  package struct Known: Sendable, Equatable {
    package var value: Double
    package var visits: Int
    package var isLegal: Bool
    /// Whether no other action is better.
    package var isBest: Bool
  }

  /// Why an action was chosen.
  package enum Choice: Sendable, Equatable {
    /// The draw was below ε: any of the legal actions.
    case exploration(epsilon: Double, draw: Double, among: Int)
    /// The only best action.
    case best(epsilon: Double, draw: Double)
    /// One of several equally good ones, at random or the first.
    case tie(epsilon: Double, draw: Double, among: [Int], rule: Ties)
    /// How it was chosen was not recorded.
    case unknown(isBest: Bool)
  }

  /// The result of an action.
  package struct Move: Sendable, Equatable {
    /// The action that the world executed.
    package var executed: Int
    /// The draw that decided; nil if nothing is random.
    package var draw: Double?
  }

  /// An update with its numbers.
  package struct Update: Sendable, Equatable {
    package var alpha: Double
    package var gamma: Double
    package var form: QTableRule.Form
    package var before: Double
    /// The best value in the next state, and its actions; 0 and none if the step is terminal.
    package var nextBest: Double
    package var nextActions: [Int]
    /// The value of every action of the next state.
    package var nextValues: [Double]
    /// r + γ · nextBest.
    package var target: Double
    package var after: Double
    /// The state's value, and its best actions, before and after.
    package var valueBefore: Double
    package var valueAfter: Double
    package var bestBefore: [Int]
    package var bestAfter: [Int]

    /// The error of the value: target − before.
    package var error: Double { target - before }
    /// Whether another action is best now.
    package var changesBest: Bool { bestBefore != bestAfter }
  }

  /// What all steps with the same settings have in common.
  package struct Context: Sendable {
    let run: RunDescription
    let names: StateNames
    /// The settings that chose the actions; nil if they are unknown, or nothing was learned.
    let settings: QTableConfiguration?
    let rule: QTableRule?
    /// The world's tables; nil if it is not a world of this program.
    let dynamics: Dynamics?
    let generator: Generator

    /// The context of the steps made under a plan.
    init(_ recording: Recording, _ plan: TrainingPlan) throws {
      run = try recording.description()
      names = StateNames(run.world)
      settings = run.purpose == .train ? plan.settings as? QTableConfiguration : nil
      rule = try recording.declaredRule() ?? settings?.rule
      dynamics = (try? plan.world() as? any TabularWorld)?.dynamics
      generator = Generator(seed: run.seed)
    }
  }

  /// What a table holds about a step's state, and about the state that the step led to.
  package struct Rows: Sendable {
    var values: [Double]
    var visits: [Int]
    var next: [Double]

    /// Values of both states, and how often each action of the first was updated.
    package init(values: [Double], visits: [Int], next: [Double]) {
      (self.values, self.visits, self.next) = (values, visits, next)
    }
  }

  init(_ recording: Recording, _ step: Int, _ context: Context) throws {
    let row = try recording.transition(step)
    guard case .index(let state) = row.state, case .index(let action) = row.action,
      case .index(let next) = row.next
    else {
      throw RunError.damaged(recording.path, "a Q-table's states and actions must be numbers")
    }
    var update: QUpdate?
    var rows: Rows?
    try recording.forEachQTable(
      at: [step, step + 1], observing: { update = $0.last }
    ) { at, table in
      guard at == step, (0..<table.states).contains(state), (0..<table.states).contains(next),
        (0..<table.actions).contains(action)
      else { return }
      let visits = table.visits[state * table.actions..<(state + 1) * table.actions]
      rows = Rows(
        values: Array(table.row(state)), visits: visits.map { Int($0) },
        next: Array(table.row(next)))
    }
    guard let rows else {
      throw RunError.damaged(recording.path, "step \(step) does not fit its Q-table")
    }
    self.init(row, (state, action, next), rows, update, in: context)
  }

  /// Explains a step by the table before it; `update` is how the table changed, if it did.
  package init(
    _ row: RecordedStep, _ step: (state: Int, action: Int, next: Int), _ rows: Rows,
    _ update: QUpdate?, in context: Context
  ) {
    place = ExplainedStep("table", row, context.run)
    names = context.names
    (state, action, next) = step
    (reward, ending) = (row.reward, row.ending)
    let best = Self.best(rows.values)
    known = zip(rows.values, rows.visits).enumerated().map { action, known in
      Known(
        value: known.0, visits: known.1, isLegal: known.0.isFinite, isBest: best.contains(action))
    }
    choice = Self.choice(
      of: row, action, best, known.indices.filter { rows.values[$0].isFinite }, context.settings,
      context.generator)
    move = context.dynamics.flatMap { Self.move(of: row, step, $0, context.generator) }
    guard let update, let rule = context.rule else {
      self.update = nil
      return
    }
    let isTerminal = update.ending == .terminated
    let nextBest = isTerminal ? 0 : Self.value(rows.next)
    var after = rows.values
    after[action] = update.after
    self.update = Update(
      alpha: update.alpha, gamma: rule.gamma, form: rule.form, before: update.before,
      nextBest: nextBest, nextActions: isTerminal ? [] : Self.best(rows.next),
      nextValues: rows.next,
      target: isTerminal ? update.reward : update.reward + rule.gamma * nextBest,
      after: update.after, valueBefore: Self.value(rows.values), valueAfter: Self.value(after),
      bestBefore: best, bestAfter: Self.best(after))
  }

  /// The best actions of a state, and its value, according to a table.
  private static func best(_ values: [Double]) -> [Int] {
    let best = values.max() ?? 0
    return values.indices.filter { best != -.infinity && values[$0] == best }
  }

  private static func value(_ values: [Double]) -> Double {
    let best = values.max() ?? 0
    return best == -.infinity ? 0 : best
  }

  /// The draws keyed to the step, if they lead to the recorded action.
  private static func choice(
    of row: RecordedStep, _ action: Int, _ best: [Int], _ legal: [Int],
    _ settings: QTableConfiguration?, _ generator: Generator
  ) -> Choice {
    let unknown = Choice.unknown(isBest: best.contains(action))
    guard let settings else { return unknown }
    let epsilon = settings.epsilon.value(episode: row.episode, of: settings.episodes)
    let draws = generator.draws(for: .policy, episode: row.episode, t: row.t)
    let draw = Double(draws.word(0)) * 0x1p-32
    if draw < epsilon {
      guard !legal.isEmpty, legal[draws.pick(1, below: legal.count)] == action else {
        return unknown
      }
      return .exploration(epsilon: epsilon, draw: draw, among: legal.count)
    }
    let isTie = best.count > 1
    let place = isTie && settings.ties == .random ? draws.pick(2, below: best.count) : 0
    guard best.indices.contains(place), best[place] == action else { return unknown }
    return isTie
      ? .tie(epsilon: epsilon, draw: draw, among: best, rule: settings.ties)
      : .best(epsilon: epsilon, draw: draw)
  }

  /// The move that the world's draw executes, if it leads to the recorded state.
  private static func move(
    of row: RecordedStep, _ step: (state: Int, action: Int, next: Int), _ dynamics: Dynamics,
    _ generator: Generator
  ) -> Move? {
    guard step.state < dynamics.states, step.action < dynamics.actions else { return nil }
    let word = generator.draws(for: .world, episode: row.episode, t: row.t).word(0)
    let executed = dynamics.executed(step.action, word)
    guard Int(dynamics.outcome(step.state, executing: executed).next) == step.next else {
      return nil
    }
    let isChance = dynamics.moves(of: step.action).count > 1
    return Move(executed: executed, draw: isChance ? Double(word) * 0x1p-32 : nil)
  }
}

extension Catalog {
  /// The shared context of a table's steps, by the session that made a step.
  package func explanationContext(
    of recording: Recording, at step: Int
  ) throws -> TableExplanation.Context {
    var run = try recording.description()
    if let session = try recording.sessions().last(where: { $0.firstStep <= step }) {
      run.configuration = session.configuration
    }
    return try TableExplanation.Context(recording, try plan(of: run))
  }
}
