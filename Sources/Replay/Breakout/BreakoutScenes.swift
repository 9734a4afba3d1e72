package import Recordings
package import Rollouts
package import Worlds

/// The content of one frame of Breakout.
package typealias BreakoutScene = Scene<BreakoutState, Int, BreakoutDetails>

/// What Breakout shows besides its states.
package struct BreakoutDetails: Equatable, Sendable {
  /// The length of the ball's trail, in steps.
  package static let trailLength = 6
  /// How many steps an event stays visible.
  package static let markAge = 4

  /// A place on the board.
  package struct Place: Equatable, Sendable {
    /// The column.
    package var x: Int
    /// The row.
    package var y: Int

    /// A place.
    package init(x: Int, y: Int) {
      self.x = x
      self.y = y
    }
  }

  /// The place of an event, and its age in steps: 0 in the frame of the event itself.
  package struct Mark: Equatable, Sendable {
    /// Its place.
    package var place: Place
    /// Its age in steps.
    package var age = 0
  }

  /// The previous places of the ball in play.
  package var trail = Trail<Place>(capacity: trailLength)
  /// The first columns and the rows of bricks that were destroyed in the last steps.
  package var broken: [Mark] = []
  /// Where the last ball was lost, if that was recent.
  package var lost: Mark?
  /// The warmth of each character, from 0 to 1: in the order of the text, of the cells row by row, of
  /// the patches or of their characters; empty without an overlay.
  package var heat: [Float]

  /// The details at the start of a game.
  package init(heat: [Float] = []) { self.heat = heat }
}

/// Turns the transitions of a game of Breakout into scenes.
package struct BreakoutScenes: SceneBuilder {
  private let world: Breakout
  private let heat: FilmRequest.Heat?

  /// Scenes of Breakout; `heat` adds an overlay to each frame.
  package init(_ world: Breakout, heat: FilmRequest.Heat? = nil) {
    self.world = world
    self.heat = heat
  }

  package func state(_ value: Value) -> BreakoutState? {
    guard case .bytes(let bytes) = value, let state = BreakoutState(bytes: bytes),
      world.board.holds(state)
    else { return nil }
    return state
  }

  package func action(_ value: Value) -> Int? { value.index(below: Breakout.actions.count) }

  package func details(_ state: BreakoutState, of episode: Episode) -> BreakoutDetails {
    BreakoutDetails(heat: warmth(of: state))
  }

  /// Updates the trail and the recent events.
  package func update(_ scene: inout BreakoutScene) {
    guard let before = scene.previous else { return }
    let after = scene.state
    func aged(_ mark: BreakoutDetails.Mark) -> BreakoutDetails.Mark? {
      mark.age + 1 < BreakoutDetails.markAge ? .init(place: mark.place, age: mark.age + 1) : nil
    }
    scene.details.broken = scene.details.broken.compactMap(aged)
    scene.details.lost = scene.details.lost.flatMap(aged)
    if after.lives < before.lives {
      scene.details.trail = BreakoutDetails().trail
      scene.details.lost = .init(
        place: .init(x: Int(before.x) + Int(before.dx), y: Int(before.y) + Int(before.dy)))
    } else {
      scene.details.trail.append(.init(x: Int(before.x), y: Int(before.y)))
    }
    var gone = before.bricks & ~after.bricks
    while gone != 0 {
      let place = world.board.place(ofBrick: gone.trailingZeroBitCount)
      scene.details.broken.append(.init(place: .init(x: place.column, y: place.row)))
      gone &= gone &- 1
    }
    scene.details.heat = warmth(of: after)
  }

  private func warmth(of state: BreakoutState) -> [Float] { heat?(.bytes(state.bytes)) ?? [] }
}
