import Glibc
import Raster
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct PainterSpeedTests {
  @Test func `a frame is drawn in less than half a millisecond of processor time`() throws {
    for map in try Maps.all() {
      let world = GridWorld(map)
      let episodes = (1...20).map { Played(world, number: $0, limit: 100) }
      var film = try Played.film(world, episodes, options: PictureOptions())
      let canvas = try Canvas(width: film.width, height: film.height)
      var best = Double.infinity
      for _ in 0..<5 {
        let start = clock()
        for frame in 0..<film.frameCount { try film.draw(frame, onto: canvas) }
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        best = min(best, seconds / Double(film.frameCount))
      }
      print("drawing a \(map.kind) of \(film.width)×\(film.height): \(Int(1 / best)) frames/s")
      #expect(best < 0.5e-3)
    }
  }
}
