import Recordings
package import Rollouts
import Worlds

/// A game in any world, played step by step by a person, by a trained agent, or by both in
/// turns.
///
/// The same choices at the same steps give the same recording, as the seed fixes all random draws. An agent
/// that plays alone does what an evaluation with the same seed does.
///
/// ```swift
/// let game = try DrivenGame(GameStart(PlanRequest("maze"), seed: 1), recordingTo: "game.sqlite")
/// try game.step(.along(SIMD2(1, 0)))   // to the right
/// try game.finish()
/// ```
package final class DrivenGame {
  /// Who chooses the actions.
  package enum Driver: String, Sendable {
    case person, agent
  }

  /// An episode of the game, finished or not.
  package struct Episode: Sendable, Equatable {
    package var number: Int
    package var steps = 0
    /// How many of its steps a person chose.
    package var stepsByHand = 0
    package var `return` = 0.0
    package var ending = Ending.running
    package var isSuccess = false
  }

  /// The description in its recording.
  package let run: RunDescription
  /// The world, ready to step.
  package let world: any World
  /// How a person plays it.
  package let handling: Handling
  /// What its keys do.
  package let controls: Controls
  /// Whether an episode that was cut off continues as the next one.
  package let continues: Bool
  /// Who chooses now.
  package var driver: Driver {
    didSet { if driver == .agent, advisor == nil { driver = .person } }
  }
  /// All episodes; the last is the current one.
  package private(set) var episodes: [Episode] = []
  /// The steps of the last episode, for drawing.
  package private(set) var steps: [Transition] = []
  /// The first state of the last episode, and the current state.
  package private(set) var first: Value
  package private(set) var state: Value
  /// What the agent would do now; nil if there is no agent or the episode is over.
  package private(set) var advice: Advice?

  private let generator: Generator
  private var advisor: (any Advisor)?
  private var recorder: GameRecorder?
  /// Steps taken before the game began, until they are written to its recording.
  private var taken: [(transition: Transition, isByHand: Bool)]

  /// A game from its start; its recording appears at the path with the first step.
  package init(_ start: GameStart, recordingTo path: String? = nil) throws {
    world = try start.plan.world()
    var run = start.plan.description(seed: start.seed, purpose: .play)
    run.parent = start.parent
    self.run = run
    (handling, controls) = (world.handling, Controls(of: world))
    continues = (world as? any ObservableWorld)?.isContinuing ?? false
    generator = Generator(seed: start.seed)
    advisor = start.advisor
    driver = .person
    recorder = path.map { GameRecorder($0, run, initial: start.initial) }
    first =
      start.state
      ?? world.recordedStart(generator.draws(for: .start, episode: start.episode, t: 0))
    (state, taken) = (first, start.taken)
    begin(start.episode, in: first)
    for step in taken { take(step.transition, isByHand: step.isByHand) }
    advise()
  }

  /// The current episode, or the last one played.
  package var episode: Episode { episodes[episodes.count - 1] }
  /// Whether the episode is over, so that the next step needs another.
  package var isOver: Bool { episode.ending != .running }
  /// Whether an agent can give advice.
  package var hasAgent: Bool { advisor != nil }
  /// Where the recording is; nil before its first step.
  package var recording: String? { recorder?.hasFile == true ? recorder?.path : nil }

  /// Takes one step: the agent's if it drives, else the person's. If the person chose nothing possible,
  /// a world that waits keeps waiting, and any other world takes its idle action.
  @discardableResult
  package func step(_ choice: DrivenChoice? = nil) throws -> Transition? {
    guard !isOver, let action = action(choice) else { return nil }
    let (number, t) = (episode.number, episode.steps)
    let draws = generator.draws(for: .world, episode: number, t: t)
    guard let outcome = world.outcome(of: action, in: state, draws) else { return nil }
    let isLast = outcome.ending == .running && t + 1 >= world.stepLimit
    let transition = Transition(
      episode: number, state: state, action: action, reward: outcome.reward, next: outcome.next,
      ending: isLast ? .truncated : outcome.ending)
    for step in taken { try recorder?.add(step.transition, isByHand: step.isByHand) }
    taken = []
    try recorder?.add(transition, isByHand: driver == .person)
    take(transition, isByHand: driver == .person)
    advise()
    return transition
  }

  /// Starts the next episode; a running one is cut off. A world that continues stays where it is, unless
  /// it is to start afresh.
  package func beginEpisode(afresh: Bool = false) throws {
    let last = episode
    if last.steps == taken.count {
      // Nobody has played this episode, so it is not recorded.
      episodes.removeLast()
      taken = []
    } else if !isOver {
      try recorder?.endEpisode()
      episodes[episodes.count - 1].ending = .truncated
    }
    let start = world.recordedStart(
      generator.draws(for: .start, episode: last.number + 1, t: 0))
    begin(
      last.number + 1, in: continues && !afresh && last.ending != .terminated ? state : start)
    advise()
  }

  /// Brings the recording up to date while nobody plays, so that a sudden end costs one step; to be called
  /// a few times a second.
  package func keepUp() throws { try recorder?.keepUp() }

  /// Ends the game and its recording; returns its path, nil if no step was taken.
  @discardableResult
  package func finish() throws -> String? {
    let path = recording
    if episode.steps > 0, !isOver { episodes[episodes.count - 1].ending = .truncated }
    advice = nil
    return try recorder?.finish() == true ? path : nil
  }

  private func begin(_ number: Int, in start: Value) {
    (first, state, steps) = (start, start, [])
    episodes.append(Episode(number: number))
  }

  private func take(_ transition: Transition, isByHand: Bool) {
    steps.append(transition)
    state = transition.next
    let last = episodes.count - 1
    episodes[last].steps += 1
    episodes[last].stepsByHand += isByHand ? 1 : 0
    episodes[last].return += transition.reward
    episodes[last].ending = transition.ending
    if transition.ending != .running { episodes[last].isSuccess = world.isSuccess(transition) }
  }

  private func action(_ choice: DrivenChoice?) -> Value? {
    if driver == .agent { return advice?.action }
    if let action = choice.flatMap({ world.action(of: $0, in: state) }) { return action }
    if case .turns = handling.pace { return nil }
    return handling.idle ?? .index(0)
  }

  private func advise() {
    advice = nil
    guard !isOver else { return }
    let draws = generator.draws(for: .evaluation, episode: episode.number, t: episode.steps)
    advice = advisor?.advice(in: state, draws)
  }
}
