import Film
import Raster
import Testing

@Suite struct FrameExcerptTests {
  @Test(arguments: [
    (10, 1, Array(0..<10)), (10, 3, [0, 3, 6, 9]), (11, 3, [0, 3, 6, 9, 10]), (1, 5, [0]),
    (2, 5, [0, 1]),
  ])
  func `every nth frame is shown, and the last`(frames: Int, every: Int, shown: [Int]) throws {
    let film = PixelFilm(
      width: 1, height: 1, frames: (0..<frames).map { [UInt32($0)] })
    var excerpt = FrameExcerpt(film, every: every)
    #expect(excerpt.frameCount == shown.count)
    let canvas = try Canvas(width: 1, height: 1)
    for (number, frame) in shown.enumerated() {
      try excerpt.draw(number, onto: canvas)
      #expect(canvas.color(x: 0, y: 0).hex == UInt32(frame))
    }
  }

  @Test func `a hold of a frame that is left out goes to the one before`() {
    var film = PixelFilm(width: 1, height: 1, frames: Array(repeating: [0], count: 10))
    film.holds = [4: 70, 9: 100]
    let excerpt = FrameExcerpt(film, every: 3)
    #expect((0..<excerpt.frameCount).map { excerpt.hold(after: $0) } == [0, 70, 0, 100])
  }
}
