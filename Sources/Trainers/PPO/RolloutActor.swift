import Neural
import Platform
import Rollouts

/// Plays some of the worlds with the policy, a row for each. While no episode ends, worlds are
/// independent. An actor can therefore play ahead, and its steps are recorded afterwards in order.
/// Only one thread may use it at a time.
final class RolloutActor<W: ObservableWorld>: @unchecked Sendable {
  /// Its worlds.
  let worlds: Range<Int>
  private var stage: Stage

  /// An actor for some worlds in given states. It plays up to `ticks` steps of each ahead, and
  /// computes the values of up to `most` states at once.
  init(
    _ world: W, _ network: PolicyNetwork, _ generator: Generator, stepLimit: Int,
    worlds: Range<Int>, in states: [W.State], ticks: Int, most: Int, pool: ThreadPool
  ) {
    self.worlds = worlds
    stage = Stage(
      world, network, generator, stepLimit: stepLimit, states, ticks: ticks, most: most, pool: pool)
  }

  /// Takes the policy and the scale for a rollout.
  func begin(_ parameters: Parameters, _ scale: ObservationScale) {
    (stage.parameters, stage.scale) = (parameters, scale)
    stage.workspace.forget()
  }

  /// Begins an episode in one of its worlds.
  func enter(_ episode: OpenEpisode, _ state: W.State, in world: Int) {
    stage.enter(episode, state, row: world - worlds.lowerBound)
  }

  /// How many steps of each world are not recorded yet.
  var ahead: Int { stage.ahead }

  /// Plays until each world has a number of unrecorded steps, or an episode ends.
  func play(_ ticks: Int) { stage.play(ticks) }

  /// How many numbers a message has that contains the decisions for a number of steps.
  func sizeOfDecisions(ticks: Int) -> Int { stage.sizeOfDecisions(ticks: ticks) }

  /// Writes its decisions after the first `known` unrecorded steps to `decisions` from an offset
  /// on.
  func write(_ decisions: inout [Float], at place: Int, since known: Int) {
    stage.write(&decisions, at: place, since: known)
  }

  /// Steps its worlds with another process's decisions.
  func follow(_ decisions: [Float], at place: Int) { stage.follow(decisions, at: place) }

  /// Stores the observation and decision of the first unrecorded step, and adds it to the
  /// statistics for the next rollouts.
  func keep(in rollout: inout RolloutBuffer, from first: Int, _ scale: inout ObservationScale) {
    stage.keep(in: &rollout, from: first + worlds.lowerBound, &scale)
  }

  /// The reward of that step in one of its worlds, and the status of the episode.
  func outcome(in world: Int) -> (reward: Double, ending: Ending) {
    stage.outcome(row: world - worlds.lowerBound)
  }

  /// The state after that step.
  func next(in world: Int) -> W.State { stage.next(row: world - worlds.lowerBound) }

  /// Moves on to the next unrecorded step.
  func advance() { stage.advance() }

  /// Observes a state whose value will be estimated.
  func look(at state: W.State, row: Int) { stage.look(at: state, row: row) }

  /// Estimates the values of the first observed states.
  func estimateValues(rows count: Int) { stage.estimateValues(rows: count) }

  /// The value of an observed state.
  func value(of row: Int) -> Float { stage.value(of: row) }

  /// All data in one value, so that its loops need no indirection.
  private struct Stage {
    let world: W
    let generator: Generator
    let stepLimit: Int
    var parameters: Parameters
    var scale: ObservationScale
    var workspace: PolicyWorkspace

    // The states of its worlds.
    var states: [W.State]
    var episodes: [Int]
    var times: [Int]
    /// Whether an episode has ended, so that it must be recorded before play continues.
    private var hasEnded = false

    // A ring of unrecorded steps of all its worlds.
    private let ticks: Int
    private var first = 0
    private(set) var ahead = 0
    /// The observation as the world shows it, and as the network sees it: shifted and scaled.
    private var shown: [Float]
    private var seen: [Float]
    private var actions: [Float]
    private var logs: [Float]
    private var values: [Float]
    private var rewards: [Double]
    private var endings: [Ending]
    private var nexts: [W.State]

    // For the current step.
    private var drawn: [Float]
    private var drawnLogs: [Float]
    private var entropies: [Float]
    private var starts: [Int]
    private var looked: [Float]

    init(
      _ world: W, _ network: PolicyNetwork, _ generator: Generator, stepLimit: Int,
      _ states: [W.State], ticks: Int, most: Int, pool: ThreadPool
    ) {
      (self.world, self.generator, self.stepLimit, self.ticks) = (
        world, generator, stepLimit, ticks
      )
      parameters = Parameters(zeros: ParameterLayout())
      scale = ObservationScale(width: network.inputs)
      workspace = network.workspace(rows: most, pool: pool)
      self.states = states
      episodes = [Int](repeating: 0, count: states.count)
      times = episodes
      let rows = ticks * states.count
      shown = [Float](repeating: 0, count: rows * network.inputs)
      seen = shown
      actions = [Float](repeating: 0, count: rows * network.actionWidth)
      logs = [Float](repeating: 0, count: rows)
      values = logs
      rewards = [Double](repeating: 0, count: rows)
      endings = [Ending](repeating: .running, count: rows)
      nexts = (0..<ticks).flatMap { _ in states }
      drawn = [Float](repeating: 0, count: states.count * network.actionWidth)
      drawnLogs = [Float](repeating: 0, count: states.count)
      entropies = drawnLogs
      starts = [Int](repeating: 0, count: most)
      looked = [Float](repeating: 0, count: most * network.inputs)
    }

    mutating func enter(_ episode: OpenEpisode, _ state: W.State, row: Int) {
      states[row] = state
      (episodes[row], times[row]) = (episode.number, episode.t)
    }

    mutating func play(_ most: Int) {
      while ahead < most, !hasEnded { playTick() }
    }

    private mutating func playTick() {
      let (count, width, wide) = (
        states.count, workspace.network.inputs, workspace.network.actionWidth
      )
      let place = row(ofTick: ahead)
      observe(place)
      for row in 0..<count { starts[row] = (place + row) * width }
      workspace.load(seen, from: starts, rows: count)
      workspace.forward(rows: count, parameters)
      draw(count, wide)
      for row in 0..<count {
        for column in 0..<wide {
          actions[(place + row) * wide + column] = drawn[row * wide + column]
        }
        (logs[place + row], values[place + row]) = (drawnLogs[row], workspace.value(of: row))
      }
      move(place)
    }

    /// The first row of an unrecorded step.
    private func row(ofTick tick: Int) -> Int { (first + tick) % ticks * states.count }

    private mutating func observe(_ place: Int) {
      let width = workspace.network.inputs
      for row in states.indices {
        let columns = (place + row) * width..<(place + row + 1) * width
        world.observe(states[row], into: &shown, at: columns)
        for column in columns { seen[column] = shown[column] }
        scale.apply(to: &seen, at: columns)
      }
    }

    /// Takes the step that was decided.
    private mutating func move(_ place: Int) {
      let wide = workspace.network.actionWidth
      for row in states.indices {
        let columns = (place + row) * wide..<(place + row + 1) * wide
        let outcome = world.step(
          states[row], W.Action(numbers: actions.span.extracting(columns)),
          generator.draws(for: .world, episode: episodes[row], t: times[row]))
        states[row] = outcome.next
        nexts[place + row] = outcome.next
        (rewards[place + row], endings[place + row]) = (outcome.reward, outcome.ending)
        times[row] += 1
        if outcome.ending != .running || times[row] == stepLimit { hasEnded = true }
      }
      ahead += 1
    }

    // A message: the number of steps and, for each row, the action, its log probability, and the
    // value.

    mutating func sizeOfDecisions(ticks: Int) -> Int {
      1 + ticks * states.count * (workspace.network.actionWidth + 2)
    }

    mutating func write(_ decisions: inout [Float], at start: Int, since known: Int) {
      let wide = workspace.network.actionWidth
      decisions[start] = Float(ahead - known)
      var to = start + 1
      for tick in known..<ahead {
        let place = row(ofTick: tick)
        for row in place..<place + states.count {
          for column in 0..<wide { decisions[to + column] = actions[row * wide + column] }
          (decisions[to + wide], decisions[to + wide + 1]) = (logs[row], values[row])
          to += wide + 2
        }
      }
    }

    mutating func follow(_ decisions: [Float], at start: Int) {
      let wide = workspace.network.actionWidth
      var from = start + 1
      for _ in 0..<Int(decisions[start]) {
        let place = row(ofTick: ahead)
        observe(place)
        for row in place..<place + states.count {
          for column in 0..<wide { actions[row * wide + column] = decisions[from + column] }
          (logs[row], values[row]) = (decisions[from + wide], decisions[from + wide + 1])
          from += wide + 2
        }
        move(place)
      }
    }

    private mutating func draw(_ count: Int, _ wide: Int) {
      let head = workspace.network.head
      for row in 0..<count {
        head.draw(
          workspace.policy, row: row, parameters, workspace.activations,
          generator.draws(for: .policy, episode: episodes[row], t: times[row]), into: &drawn,
          at: row * wide)
      }
      head.logProbabilities(
        workspace.policy, rows: count, of: drawn, parameters, &workspace.activations,
        into: &drawnLogs, entropies: &entropies)
    }

    mutating func keep(
      in rollout: inout RolloutBuffer, from row: Int, _ scale: inout ObservationScale
    ) {
      let (count, width) = (states.count, rollout.width)
      let place = first * count
      for index in 0..<count { scale.count(shown, at: (place + index) * width) }
      rollout.keep(
        seen, actions, logs, values, rows: place..<place + count, from: row)
    }

    // Mutating, though they change nothing; otherwise the whole stage would be copied for reading.

    mutating func outcome(row: Int) -> (reward: Double, ending: Ending) {
      let place = first * states.count + row
      return (rewards[place], endings[place])
    }

    mutating func next(row: Int) -> W.State { nexts[first * states.count + row] }

    mutating func value(of row: Int) -> Float { workspace.value(of: row) }

    mutating func advance() {
      first = (first + 1) % ticks
      ahead -= 1
      if ahead == 0 { hasEnded = false }
    }

    mutating func look(at state: W.State, row: Int) {
      let width = workspace.network.inputs
      let columns = row * width..<(row + 1) * width
      world.observe(state, into: &looked, at: columns)
      scale.apply(to: &looked, at: columns)
    }

    mutating func estimateValues(rows count: Int) {
      for row in 0..<count { starts[row] = row * workspace.network.inputs }
      workspace.load(looked, from: starts, rows: count)
      workspace.forwardValue(rows: count, parameters)
    }
  }
}

extension ObservableWorld {
  /// Writes the observation of a state to a range.
  fileprivate func observe(_ state: State, into numbers: inout [Float], at places: Range<Int>) {
    var all = numbers.mutableSpan
    var values = all._mutatingExtracting(places)
    observe(state, into: &values)
  }
}
