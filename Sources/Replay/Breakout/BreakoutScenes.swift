package import Recordings
package import Rollouts
package import Worlds

/// All that one frame of Breakout shows.
package typealias BreakoutScene = Scene<BreakoutState, Int, BreakoutDetails>

/// What Breakout shows besides its states.
package struct BreakoutDetails: Equatable, Sendable {
  /// How many steps of the ball's way are kept.
  package static let trailLength = 6
  /// For how many steps what happened is seen.
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

  /// Where something happened, and how many steps ago: 0 in the frame of the event itself.
  package struct Mark: Equatable, Sendable {
    /// Where it happened.
    package var place: Place
    /// How many steps ago.
    package var age = 0
  }

  /// Where the ball in play was before.
  package var trail = Trail<Place>(capacity: trailLength)
  /// The first columns and the rows of bricks that went in the last steps.
  package var broken: [Mark] = []
  /// Where the last ball went down, if that was not long ago.
  package var lost: Mark?
  /// How warm each character is, from 0 to 1: in the order of the text, of the cells row by row, of
  /// the patches or of their characters; empty for no overlay.
  package var heat: [Float]

  /// Details of a game in which nothing has happened.
  package init(heat: [Float] = []) { self.heat = heat }
}

/// Turns the transitions of a game of Breakout into scenes.
package struct BreakoutScenes: SceneBuilder {
  private let world: Breakout
  private let heat: FilmRequest.Heat?

  /// Scenes of Breakout; `heat` lays an overlay over each frame.
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

  /// Remembers a little of what has happened.
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
