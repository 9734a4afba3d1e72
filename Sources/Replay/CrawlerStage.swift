package import Rollouts
package import Worlds

/// All that one frame of the crawler shows.
package struct CrawlerScene: Sendable, Equatable {
  /// The episode's number in the run.
  package var episode: Int
  /// How many steps led here; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// The buckets of arm and hand.
  package var state: Int
  /// The last action; nil in the first frame.
  package var action: Int?
  /// The last displacement; nil in the first frame.
  package var reward: Double?
  /// How far it crawled, which is its return.
  package var distance: Double
  /// How the episode stands.
  package var ending: Ending

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: Int, action: Int? = nil, reward: Double? = nil,
    distance: Double = 0, ending: Ending = .running
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.action = action
    self.reward = reward
    self.distance = distance
    self.ending = ending
  }
}

/// Turns the transitions of a crawler's episode into scenes.
package struct CrawlerStage: Stage {
  /// What is to be seen now.
  package private(set) var scene: CrawlerScene

  private let world: Crawler

  /// A stage for a crawler.
  package init(_ world: Crawler) {
    self.world = world
    scene = CrawlerScene(
      episode: 0, t: 0, steps: 0, state: world.dynamics.start, distance: 0, ending: .running)
  }

  /// Sets the scene for an episode's first frame.
  package mutating func begin(
    _ episode: ReplayEpisode, first: Transition?
  ) throws(ReplayError) {
    scene = CrawlerScene(
      episode: episode.number, t: 0, steps: episode.steps, state: world.dynamics.start,
      distance: 0, ending: episode.steps == 0 ? episode.ending : .running)
    if let value = first?.state ?? episode.start.map(Value.index) {
      scene.state = try state(value)
    }
  }

  /// Goes on to what is seen after a transition.
  package mutating func advance(_ transition: Transition) throws(ReplayError) {
    guard case .index(let action) = transition.action,
      (0..<world.dynamics.actions).contains(action)
    else { throw .foreignAction(episode: scene.episode, step: scene.t) }
    scene.state = try state(transition.next)
    scene.action = action
    scene.reward = transition.reward
    scene.distance += transition.reward
    scene.ending = transition.ending
    scene.t += 1
  }

  private func state(_ value: Value) throws(ReplayError) -> Int {
    guard case .index(let state) = value, (0..<world.dynamics.states).contains(state) else {
      throw .foreignState(episode: scene.episode, step: scene.t)
    }
    return state
  }
}

extension Caption {
  /// The text below a crawler's scene.
  package init(_ scene: CrawlerScene, actions: [ActionMeaning]) {
    let ending: String? =
      switch scene.ending {
      case .running: nil
      case .terminated: "ended"
      case .truncated: "time limit"
      case .interrupted: "interrupted"
      }
    // Its actions turn joints: an arrow would point where nothing goes.
    self.init(
      episode: scene.episode, t: scene.t, steps: scene.steps, totalReturn: scene.distance,
      reward: scene.reward, action: scene.action.map { actions[$0].name }, ending: ending)
  }
}
