import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct DrivenPicturesTests {
  @Test(arguments: BuiltInWorlds.table().names)
  func `live pictures are those of a film of the recording`(world: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/game.sqlite"
      let game = try DrivenGame(GameStart(PlanRequest(world), seed: 3), recordingTo: path)
      var pictures = try GamePictures(of: game, size: 200, options: PictureOptions(theme: .dark))
      var live: [[UInt32]] = []
      for t in 0..<30 {
        if live.isEmpty || game.isOver {
          if game.isOver { try game.beginEpisode() }
          live.append(try pictures.draw(game).withPixels { Array($0) })
        }
        let keys = game.controls.keys
        try game.step(keys[t % keys.count].choice)
        live.append(try pictures.draw(game).withPixels { Array($0) })
      }
      try game.finish()
      var request = EpisodePictureOptions()
      request.filter = EpisodeFilter(.all)
      request.size = 200
      (request.picture.theme, request.picture.showsCaption) = (.dark, false)
      let film = try EpisodePictures(path, request).film()
      let recorded = try pixels(film)
      // A key without effect shows the same picture again.
      let seen = live.indices.filter { $0 == 0 || live[$0] != live[$0 - 1] }.map { live[$0] }
      let kept = recorded.indices.filter { $0 == 0 || recorded[$0] != recorded[$0 - 1] }
        .map { recorded[$0] }
      #expect(seen.count > 5 && seen == kept)
    }
  }

  @Test(arguments: BuiltInWorlds.table().names)
  func `a point of the picture is converted to the place in the world that is drawn there`(
    world: String
  ) throws {
    let game = try DrivenGame(GameStart(PlanRequest(world), seed: 3))
    var pictures = try GamePictures(of: game)
    _ = try pictures.draw(game)
    let (left, right) = (
      try #require(pictures.place(x: 100, y: 100)), try #require(pictures.place(x: 110, y: 100))
    )
    let below = try #require(pictures.place(x: 100, y: 110))
    #expect(right.x > left.x && abs(right.y - left.y) < 1e-9)
    #expect(below.y != left.y && pictures.place(x: .nan, y: 0) == nil)
  }

  @Test func `places are where painters draw them`() throws {
    let facts = CaptionFacts(world: "", trainer: "")
    let arm = try ReacherPainter(facts: facts)
    let state = ReacherState(angles: SIMD2(0.3, 0.9), velocities: .zero, target: .zero)
    let scene = ReacherScene(episode: 1, steps: 1, state: state, details: ReacherDetails(state))
    let tip = Reacher.fingertip(state.angles)
    let found = try #require(arm.place(at: arm.position(of: tip), in: scene))
    #expect(abs(found.x - tip.x) < 1e-9 && abs(found.y - tip.y) < 1e-9)
    let city = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: 1)))
    let start = city.start()
    let view = CityScene(episode: 1, steps: 1, state: start, details: CityDetails(start))
    for camera in [PictureOptions.Camera.whole, .follow] {
      let painter = try CityPainter(city, facts: facts, options: PictureOptions(camera: camera))
      let spot = start.position + SIMD2(30, -20)
      let place = try #require(painter.place(at: painter.position(of: spot, in: start), in: view))
      #expect(abs(place.x - spot.x) < 1e-6 && abs(place.y - spot.y) < 1e-6)
    }
    let board = try SnakePainter(Snake(), facts: facts)
    let snake = Snake().start(Generator(seed: 1).draws(for: .start, episode: 1, t: 0))
    let game = SnakeScene(episode: 1, steps: 1, state: snake, details: NoDetails())
    let middle = board.center(of: SnakeCell(x: 7, y: 3))
    let cell = try #require(board.place(at: middle, in: game))
    #expect(abs(cell.x - 7.5) < 0.1 && abs(cell.y - 3.5) < 0.1)
  }
}
