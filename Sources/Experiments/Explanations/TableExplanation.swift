import Platform
import Recordings
package import Rollouts
package import Trainers

/// One step of Q-learning: what the table knew, why the action was chosen, what the world did, and how the
/// table changed.
package struct TableExplanation: ExplanationContent {
  package let place: ExplainedStep
  package let names: StateNames
  package let state: Int
  package let action: Int
  /// What the table knew of the state's actions.
  package let known: [Known]
  package let choice: Choice
  /// What the world did with the action; nil where it is not a world of this program.
  package let move: Move?
  package let reward: Double
  package let next: Int
  package let ending: Ending
  /// How the table changed; nil where nothing is learned.
  package let update: Update?

  /// An action as the table knew it before the step.
  package struct Known: Sendable, Equatable {
    package var value: Double
    package var visits: Int
    package var isLegal: Bool
    /// Whether no other is better.
    package var isBest: Bool
  }

  /// Why an action was chosen.
  package enum Choice: Sendable, Equatable {
    /// The draw fell below ε: any of the legal actions.
    case exploration(epsilon: Double, draw: Double, among: Int)
    /// The one best action.
    case best(epsilon: Double, draw: Double)
    /// One of several that are equally good, at random or the first.
    case tie(epsilon: Double, draw: Double, among: [Int], rule: Ties)
    /// How it was chosen was not recorded.
    case unknown(isBest: Bool)
  }

  /// What became of an action.
  package struct Move: Sendable, Equatable {
    /// The action that the world executed.
    package var executed: Int
    /// The draw that decided; nil where nothing is left to chance.
    package var draw: Double?
  }

  /// An update, filled in.
  package struct Update: Sendable, Equatable {
    package var alpha: Double
    package var gamma: Double
    package var form: QTableRule.Form
    package var before: Double
    /// The best value in the next state, and whose it is; 0 and nobody's where the step is terminal.
    package var nextBest: Double
    package var nextActions: [Int]
    /// What every action of the next state was worth.
    package var nextValues: [Double]
    /// r + γ · nextBest.
    package var target: Double
    package var after: Double
    /// The state's value, and its best actions, before and after.
    package var valueBefore: Double
    package var valueAfter: Double
    package var bestBefore: [Int]
    package var bestAfter: [Int]

    /// What was wrong with the value: target − before.
    package var error: Double { target - before }
    /// Whether another action is best now.
    package var changesBest: Bool { bestBefore != bestAfter }
  }

  init(_ recording: Recording, _ step: Int, _ plan: TrainingPlan) throws {
    let run = try recording.description()
    let row = try recording.transition(step)
    guard case .index(let state) = row.state, case .index(let action) = row.action,
      case .index(let next) = row.next
    else { throw RunError.damaged(recording.path, "a Q-table's states and actions are numbers") }
    var (tables, updates) = ([QTable](), [QUpdate]())
    try recording.forEachQTable(at: [step, step + 1], observing: { updates.append($0) }) {
      tables.append($1)
    }
    let (before, after) = (tables[0], tables[1])
    guard (0..<before.states).contains(state), (0..<before.states).contains(next),
      (0..<before.actions).contains(action)
    else { throw RunError.damaged(recording.path, "step \(step) does not fit its Q-table") }
    place = ExplainedStep("table", row, run)
    names = StateNames(run.world)
    (self.state, self.action, self.next) = (state, action, next)
    (reward, ending) = (row.reward, row.ending)
    let best = before.greedyActions(state)
    known = (0..<before.actions).map { action in
      let value = before.value(state, action)
      return Known(
        value: value, visits: Int(before.visits[state * before.actions + action]),
        isLegal: value.isFinite, isBest: best.contains(action))
    }
    let settings = run.purpose == .train ? plan.settings as? QTableConfiguration : nil
    let generator = Generator(seed: run.seed)
    choice = Self.choice(of: row, action, best, known.count(where: \.isLegal), settings, generator)
    move = Self.move(of: row, state, action, next, plan, generator)
    update = try updates.last.map { update in
      let terminal = update.ending == .terminated
      guard let rule = try recording.declaredRule() ?? settings?.rule else {
        throw RunError.damaged(recording.path, "its rule of learning is not known")
      }
      let nextBest = terminal ? 0 : before.best(next)
      return Update(
        alpha: update.alpha, gamma: rule.gamma, form: rule.form, before: update.before,
        nextBest: nextBest, nextActions: terminal ? [] : before.greedyActions(next),
        nextValues: Array(before.row(next)),
        target: terminal ? update.reward : update.reward + rule.gamma * nextBest,
        after: update.after, valueBefore: before.best(state), valueAfter: after.best(state),
        bestBefore: best, bestAfter: after.greedyActions(state))
    }
  }

  /// The draws are those that are keyed to the step, where they lead to what was done.
  private static func choice(
    of row: RecordedStep, _ action: Int, _ best: [Int], _ legal: Int,
    _ settings: QTableConfiguration?, _ generator: Generator
  ) -> Choice {
    let unknown = Choice.unknown(isBest: best.contains(action))
    guard let settings else { return unknown }
    let epsilon = settings.epsilon.value(episode: row.episode, of: settings.episodes)
    let draws = generator.draws(for: .policy, episode: row.episode, t: row.t)
    let draw = Double(draws.word(0)) * 0x1p-32
    if draw < epsilon { return .exploration(epsilon: epsilon, draw: draw, among: legal) }
    let isTie = best.count > 1
    let place = isTie && settings.ties == .random ? draws.pick(2, below: best.count) : 0
    guard best.indices.contains(place), best[place] == action else { return unknown }
    return isTie
      ? .tie(epsilon: epsilon, draw: draw, among: best, rule: settings.ties)
      : .best(epsilon: epsilon, draw: draw)
  }

  private static func move(
    of row: RecordedStep, _ state: Int, _ action: Int, _ next: Int, _ plan: TrainingPlan,
    _ generator: Generator
  ) -> Move? {
    guard let dynamics = (try? plan.world() as? any TabularWorld)?.dynamics,
      state < dynamics.states, action < dynamics.actions
    else { return nil }
    let word = generator.draws(for: .world, episode: row.episode, t: row.t).word(0)
    let executed = dynamics.executed(action, word)
    guard Int(dynamics.outcome(state, executing: executed).next) == next else { return nil }
    let isChance = dynamics.moves(of: action).count > 1
    return Move(executed: executed, draw: isChance ? Double(word) * 0x1p-32 : nil)
  }
}
