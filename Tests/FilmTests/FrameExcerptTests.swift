import Film
import Raster
import Testing

@Suite struct FrameExcerptTests {
  /// A film whose frames show their numbers, in chapters of these lengths.
  private struct NumberFilm: FrameSource {
    let lengths: [Int]
    var holds: [Int: Int] = [:]
    var width: Int { 1 }
    var height: Int { 1 }
    var frameCount: Int { lengths.reduce(0, +) }
    var chapters: [Range<Int>] {
      var start = 0
      return lengths.map { length in
        defer { start += length }
        return start..<start + length
      }
    }

    func draw(_ frame: Int, onto canvas: Canvas) { canvas.clear(Color(UInt32(frame))) }
    func hold(after frame: Int) -> Int { holds[frame] ?? 0 }
  }

  private func numbers(_ excerpt: FrameExcerpt) throws -> [Int] {
    var excerpt = excerpt
    let canvas = try Canvas(width: 1, height: 1)
    return try (0..<excerpt.frameCount).map {
      try excerpt.draw($0, onto: canvas)
      return Int(canvas.color(x: 0, y: 0).hex)
    }
  }

  @Test(arguments: [
    (10, 1, Array(0..<10)), (10, 3, [0, 3, 6, 9]), (11, 3, [0, 3, 6, 9, 10]), (1, 5, [0]),
    (2, 5, [0, 1]), (3, 0.5, [0, 0, 1, 1, 2]), (6, 1.5, [0, 1, 3, 4, 5]),
    (2, 0.3, [0, 0, 0, 0, 1]),
  ])
  func `every nth frame is shown, and the last`(
    frames: Int, every: Double, shown: [Int]
  ) throws {
    let excerpt = FrameExcerpt(NumberFilm(lengths: [frames]), every: every)
    #expect(excerpt.frameCount == shown.count)
    #expect(try numbers(excerpt) == shown)
  }

  @Test func `each chapter has its first and its last frame`() throws {
    let excerpt = FrameExcerpt(NumberFilm(lengths: [5, 1, 4]), every: 3)
    #expect(try numbers(excerpt) == [0, 3, 4, 5, 6, 9])
    #expect(excerpt.chapters == [0..<3, 3..<4, 4..<6])
  }

  @Test func `a hold of a frame that is left out goes to the one before`() {
    let film = NumberFilm(lengths: [10], holds: [4: 70, 9: 100])
    let excerpt = FrameExcerpt(film, every: 3)
    #expect((0..<excerpt.frameCount).map { excerpt.hold(after: $0) } == [0, 70, 0, 100])
    // If a frame is repeated, only its last repetition is held.
    let slow = FrameExcerpt(NumberFilm(lengths: [2], holds: [0: 50, 1: 60]), every: 0.5)
    #expect((0..<slow.frameCount).map { slow.hold(after: $0) } == [0, 50, 60])
  }

  @Test(arguments: [[1000], [500, 3, 497], Array(repeating: 7, count: 1000), [2], [30, 30, 30]])
  func `no more frames than asked for, and no fewer than needed`(lengths: [Int]) throws {
    let film = NumberFilm(lengths: lengths)
    for most in [2, 10, 59, 100, 2000] {
      guard let excerpt = FrameExcerpt(film, most: most) else {
        #expect(film.frameCount <= most)
        continue
      }
      #expect(film.frameCount > most)
      #expect(excerpt.frameCount <= most || excerpt.chapters.count == 1)
      let shown = try numbers(excerpt)
      #expect(shown.first == 0 && shown == shown.sorted())
      // The ends of what is shown are ends of episodes.
      for chapter in excerpt.chapters {
        #expect(film.chapters.contains { $0.lowerBound == shown[chapter.lowerBound] })
        #expect(film.chapters.contains { $0.upperBound == shown[chapter.upperBound - 1] + 1 })
      }
    }
  }
}
