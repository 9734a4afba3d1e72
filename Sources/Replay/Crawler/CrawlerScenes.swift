package import Rollouts
package import Worlds

/// The content of one frame of the crawler; its return is the distance crawled.
package typealias CrawlerScene = Scene<Int, Int, NoDetails>

/// Turns the transitions of a crawler's episode into scenes.
package struct CrawlerScenes: SceneBuilder {
  package typealias Details = NoDetails

  private let dynamics: Dynamics

  /// Scenes of a crawler.
  package init(_ world: Crawler) { dynamics = world.dynamics }

  package func state(_ value: Value) -> Int? { value.index(below: dynamics.states) }

  package func action(_ value: Value) -> Int? { value.index(below: dynamics.actions) }
}

extension Caption {
  /// The text below a crawler's scene.
  package init(_ scene: CrawlerScene, actions: [ActionMeaning]) {
    // Its actions turn joints, so arrows would point in directions that nothing moves in.
    self.init(
      scene, action: scene.action.map { actions[$0].name }, ending: scene.ending.word())
  }
}
