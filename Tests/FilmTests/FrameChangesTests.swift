import Film
import Raster
import TestSupport
import Testing

/// The changed parts that pages draw over one another.
@Suite struct FrameChangesTests {
  @Test(arguments: [2, 17, 200], [0.0, 0.01, 0.6])
  func `drawn over one another, the changes give the frames`(
    colors: Int, changing: Double
  ) throws {
    var film = PixelFilm.noise(
      width: 33, height: 20, frames: 6, colors: colors, changing: changing)
    let palette = try Palette.sampling(&film, sparing: 1, samples: 2)
    let changes = try FrameChanges(of: &film, palette)
    #expect(changes.width == 33 && changes.height == 20 && changes.parts.count == 6)
    let seen = try Canvas(width: 33, height: 20)
    for (frame, part) in changes.parts.enumerated() {
      if let part {
        let file =
          part.png[..<FrameChanges.headerSize] + changes.palette
          + part.png[FrameChanges.headerSize...]
        let picture = try PNGReader.canvas(from: Array(file), path: "memory")
        #expect(picture.width == part.width && picture.height == part.height)
        seen.draw(picture, at: Point(Double(part.x), Double(part.y)))
      }
      #expect(seen.withPixels { $0.map { $0 & 0xFF_FFFF } } == film.frames[frame])
    }
    if changing == 0 { #expect(changes.parts.dropFirst().allSatisfy { $0 == nil }) }
  }

  @Test func `a layer keeps what is transparent`() throws {
    let few = try Canvas(width: 50, height: 40, background: Color(0).opacity(0))
    few.fill(.circle(Point(25, 20), radius: 12), Theme.light.accent)
    #expect(few.encodedLayer()[25] == 3, "in a palette")
    let many = try Canvas(width: 50, height: 40, background: Color(0).opacity(0))
    many.withMutablePixels { pixels in
      for index in pixels.indices {
        let alpha = UInt32(index % 256)
        pixels[index] = alpha << 24 | (alpha / 2) << 16 | (alpha * UInt32(index) / 2000) << 8
      }
    }
    #expect(many.encodedLayer()[25] == 6, "in true colour")
    for canvas in [few, many] {
      let read = try PNGReader.canvas(from: canvas.encodedLayer(), path: "memory")
      let (drawn, seen) = (canvas.withPixels { Array($0) }, read.withPixels { Array($0) })
      func channels(_ word: UInt32) -> [Int] { [0, 8, 16, 24].map { Int(word >> $0 & 0xFF) } }
      for (word, other) in zip(drawn, seen) {
        // In between, colours are multiplied by their opacity.
        let differences = zip(channels(word), channels(other)).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 <= 1 })
      }
    }
  }
}
