import Glibc
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct CityPainterTests {
  private func painter(
    _ world: CityWorld, _ options: PictureOptions = PictureOptions(size: 720)
  ) throws -> CityPainter {
    try CityPainter(
      world, facts: CaptionFacts(world: world.map.name, trainer: "dqn"), options: options)
  }

  private func film(
    _ world: CityWorld, _ ride: CityRide, _ options: PictureOptions
  ) throws -> EpisodeFilm<CityScenes, CityPainter> {
    EpisodeFilm(
      scenes: CityScenes(world), painter: try painter(world, options), episodes: [ride.episode()]
    ) { _ in Played.reader(of: ride.transitions) }
  }

  @Test(arguments: CityRide.names)
  func `pictures have even sides, and the longer one has the size asked for`(name: String) throws {
    let world = CityWorld(try CityRide.map(name))
    for size in [64, 200, 333, 480, 720, 1400] {
      for camera in [PictureOptions.Camera.whole, .follow] {
        for showsCaption in [true, false] {
          let painter = try painter(
            world, PictureOptions(size: size, showsCaption: showsCaption, camera: camera))
          #expect(max(painter.width, painter.height) == size & ~1)
          #expect(painter.width.isMultiple(of: 2) && painter.height.isMultiple(of: 2))
        }
      }
    }
  }

  @Test func `drivable ground is painted as road, and hardly anything else is`() throws {
    let map = try CityRide.map("grachten")
    let board = CityBoard(map, theme: .light, scale: 1)
    let canvas = try Canvas(width: map.width, height: map.height)
    board.draw(onto: canvas)
    let city = Theme.light.city
    let roads = Set([city.street, city.tertiary, city.secondary, city.primary, city.motorway])
    var (onRoad, painted, offRoad, wrong) = (0, 0, 0, 0)
    for y in stride(from: 1, to: map.height, by: 3) {
      for x in stride(from: 1, to: map.width, by: 3) {
        let isPainted = roads.contains(canvas.color(x: x, y: y))
        if map.mask.isRoad(Double(x), Double(y)) {
          onRoad += 1
          painted += isPainted ? 1 : 0
        } else {
          offRoad += 1
          wrong += isPainted ? 1 : 0
        }
      }
    }
    // Names of streets and soft edges are neither.
    #expect(Double(painted) > 0.9 * Double(onRoad), "\(painted) of \(onRoad)")
    #expect(Double(wrong) < 0.005 * Double(offRoad), "\(wrong) of \(offRoad)")
  }

  @Test func `the car is where the state says, on either camera`() throws {
    let world = CityWorld(try CityRide.map("eixample"))
    for camera in [PictureOptions.Camera.whole, .follow] {
      let painter = try painter(world, PictureOptions(size: 720, camera: camera))
      let canvas = try Canvas(width: painter.width, height: painter.height)
      // Straight east, in the middle of the map and in a corner; rays ahead have its colour too.
      for place in [CityPoint(700, 500), CityPoint(40, 960)] {
        var state = world.start()
        (state.x, state.y, state.angle) = (Float(place.x), Float(place.y), 0)
        painter.draw(
          CityScene(episode: 1, t: 1, steps: 2, state: state, details: .init(state)), onto: canvas)
        let found = try #require(CityRide.middle(of: Theme.light.agent, canvas))
        let expected = painter.position(of: place, in: state)
        #expect(abs(found.x - expected.x) < 12 && abs(found.y - expected.y) < 2)
        if camera == .follow, place.x == 700 {
          #expect(abs(expected.x - Double(painter.width) / 2) < 1)
        }
      }
    }
  }

  @Test func `the current target is lit, and no other`() throws {
    let world = CityWorld(try CityRide.map("etoile"))
    let painter = try painter(world)
    let canvas = try Canvas(width: painter.width, height: painter.height)
    for target in 0..<3 {
      var state = world.start()
      state.target = Int32(target)
      painter.draw(
        CityScene(episode: 1, t: 1, steps: 2, state: state, details: .init(state)), onto: canvas)
      let lit = try #require(CityRide.middle(of: Theme.light.city.target, canvas))
      let distances = world.map.targets.map { place -> Double in
        let tip = painter.position(of: place, in: state)
        return hypot(tip.x - lit.x, tip.y - 20 - lit.y)
      }
      #expect(distances.enumerated().min { $0.1 < $1.1 }?.offset == target)
    }
  }

  @Test func `the sensors have the colour of what they read`() throws {
    let world = CityWorld(try CityRide.map("etoile"))
    let painter = try painter(world, PictureOptions(size: 720, camera: .follow))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    func count(_ color: Color) -> Int {
      canvas.withPixels { pixels in pixels.count { $0 & 0xFF_FFFF == color.hex } }
    }
    var state = world.start()
    for (signals, sand, road) in [
      ((0, 0, 0), 0, 3), ((1, 1, 1), 3, 0), ((1, 0, 0), 1, 2),
    ] {
      (state.signal1, state.signal2, state.signal3) = (
        Float(signals.0), Float(signals.1), Float(signals.2)
      )
      painter.draw(
        CityScene(episode: 1, steps: 2, state: state, details: .init(state)), onto: canvas)
      #expect((count(Theme.light.negative) > 40) == (sand > 0))
      #expect((count(Theme.light.positive) > 40) == (road > 0))
    }
  }

  @Test(arguments: CityRide.names)
  func `a film's palette is as close as promised`(name: String) throws {
    let world = CityWorld(try CityRide.map(name))
    let ride = CityRide(world, ticks: 60)
    for theme in Theme.all {
      for options in [
        PictureOptions(size: 480, theme: theme), PictureOptions(size: 720, theme: theme),
        PictureOptions(size: 480, theme: theme, camera: .follow),
      ] {
        var film = try film(world, ride, options)
        try expectPaletteKeepsItsPromise(&film, every: 7, "\(name) \(theme.name) \(options.size)")
      }
    }
  }
}
