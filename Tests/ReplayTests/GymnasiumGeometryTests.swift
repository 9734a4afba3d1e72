import Glibc
import Raster
import Replay
import Rollouts
import TestSupport
import Testing

/// Gymnasium's own pictures of 200 states each, in whose pixels Tests/Reference/gymnasium_geometry.py
/// found where things are.
@Suite struct GymnasiumGeometryTests {
  private struct Pictures {
    /// The numbers of each state, and the places that were found.
    var states: [(numbers: [Double], places: [Point])]
    var road: [Point]

    init(_ name: String) throws {
      let json = try JSON(parsing: Repository.text("Tests/ReplayTests/Fixtures/\(name).json"))
      states = try json.elements("states").map { row in
        let parts = try row.elements()
        return (try parts[0].numbers(), Self.points(try parts[1].numbers()))
      }
      road =
        json["road"] == nil
        ? []
        : try json.elements("road").flatMap {
          Self.points(try $0.numbers())
        }
      try #require(states.count == 200)
    }

    private static func points(_ numbers: [Double]) -> [Point] {
      stride(from: 0, to: numbers.count - 1, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
    }
  }

  /// The greatest distance of any place from the one that was found.
  private func worst(_ pictures: Pictures, _ places: ([Double]) -> [Point]) -> Double {
    pictures.states.reduce(0) { worst, state in
      let places = places(state.numbers)
      precondition(places.count == state.places.count)
      return zip(places, state.places).reduce(worst) {
        max($0, hypot($1.0.x - $1.1.x, $1.0.y - $1.1.y))
      }
    }
  }

  @Test func `cart and pole are where Gymnasium draws them`() throws {
    let pictures = try Pictures("cartpole")
    let geometry = CartPoleGeometry(origin: Point(300, 292.5), scale: 125)
    func places(_ numbers: [Double]) -> [Point] {
      let state = CartPoleState(numbers: numbers)
      let cart = geometry.cart(state)
      return [
        Point(cart.left, cart.top), Point(cart.right, cart.bottom), geometry.axle(state),
        geometry.tip(state),
      ]
    }
    #expect(worst(pictures, places) < 2)
    #expect(worst(pictures) { places([$0[0], 0, -$0[2], 0]) } > 100, "a pole leans one way")
  }

  @Test func `the mountain car is where Gymnasium draws it, on the same road`() throws {
    let pictures = try Pictures("mountaincar")
    let geometry = MountainCarGeometry(origin: Point(0, 400), scale: 600 / 1.8)
    // Gymnasium lifts its car by 10 pixels and has wheels 10 pixels before and behind its middle.
    func wheels(_ position: Double) -> [Point] {
      [-1.0, 1].map { geometry.place($0 * 10 / geometry.scale, 0, from: position).moved(0, -10) }
    }
    #expect(worst(pictures) { wheels($0[0]) } < 2)
    #expect(worst(pictures) { wheels($0[0] + 0.02) } > 5)
    try #require(pictures.road.count == 54)
    for place in pictures.road {
      #expect(abs(geometry.road(place.x / geometry.scale - 1.2).y - place.y) < 2)
    }
  }

  @Test func `the pendulum ends where Gymnasium draws it`() throws {
    let pictures = try Pictures("pendulum")
    let geometry = PendulumGeometry(pivot: Point(250, 249.5), scale: 500 / 4.4)
    func places(_ numbers: [Double]) -> [Point] {
      [geometry.pivot, geometry.end(PendulumState(numbers: numbers))]
    }
    #expect(worst(pictures, places) < 2)
    #expect(worst(pictures) { places([$0[0], -$0[1], 0]) } > 100, "it turns one way")
  }

  @Test func `the acrobot's joints are where Gymnasium draws them`() throws {
    let pictures = try Pictures("acrobot")
    let geometry = AcrobotGeometry(pivot: Point(250, 250), scale: 500 / 4.4)
    func places(_ numbers: [Double]) -> [Point] {
      let state = AcrobotState(numbers: numbers)
      return [geometry.elbow(state), geometry.tip(state)]
    }
    #expect(worst(pictures, places) < 2)
    #expect(worst(pictures) { places([$0[0], $0[1], $0[2], -$0[3], 0, 0]) } > 100)
  }
}
