import Film
import Raster
import TestSupport
import Testing

@Suite struct PNGTests {
  @Test(
    arguments: [1, 2, 3, 4, 7, 16, 17, 200, 256], [(1, 1), (3, 2), (17, 33), (64, 16), (9, 40)])
  func `libpng reads the pixels of an indexed picture as they were drawn`(
    colors: Int, size: (Int, Int)
  ) throws {
    let film = PixelFilm.noise(width: size.0, height: size.1, frames: 3, colors: colors)
    let palette = Palette(Set(film.frames.joined()).sorted().map { Color($0) })
    try expectExact(film, palette, bitDepth: palette.bitDepth)
  }

  @Test(arguments: [(1, 1), (3, 2), (17, 33), (64, 47)])
  func `libpng reads the pixels of a true-colour picture as they were drawn`(
    size: (Int, Int)
  ) throws {
    let film = PixelFilm.noise(width: size.0, height: size.1, frames: 3, colors: 5000)
    try expectExact(film, nil, bitDepth: 8)
  }

  @Test func `a single picture is indexed where that is exact, else in true colour`() throws {
    let few = try Canvas(width: 40, height: 40)
    few.fill(.circle(Point(20, 20), radius: 12), Theme.light.accent)
    #expect(few.encodedPNG()[25] == 3)
    let many = try Canvas(width: 40, height: 40)
    many.withMutablePixels { pixels in
      for index in pixels.indices { pixels[index] = 0xFF00_0000 | UInt32(index) * 101 }
    }
    #expect(many.encodedPNG()[25] == 2)
    for canvas in [few, many] {
      let read = try PNGReader.canvas(from: canvas.encodedPNG(), path: "memory")
      #expect(try PictureComparison(canvas, read).greatest == 0)
    }
  }

  private func expectExact(_ film: PixelFilm, _ palette: Palette?, bitDepth: Int) throws {
    var film = film
    let canvas = try Canvas(width: film.width, height: film.height)
    for frame in 0..<film.frameCount {
      try film.draw(frame, onto: canvas)
      let bytes = canvas.encodedPNG(palette)
      #expect(bytes[24] == UInt8(bitDepth))
      let read = try PNGReader.canvas(from: bytes, path: "memory")
      #expect(read.withPixels { $0.map { $0 & 0xFF_FFFF } } == film.frames[frame])
    }
  }
}
