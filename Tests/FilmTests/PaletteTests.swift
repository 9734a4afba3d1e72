import Film
import Raster
import TestSupport
import Testing

@Suite struct PaletteTests {
  @Test(arguments: [1, 2, 3, 16, 17, 255, 256])
  func `up to 256 colours are kept exactly`(colors: Int) throws {
    var film = PixelFilm.noise(width: 64, height: 64, frames: 2, colors: colors)
    let palette = try Palette.sampling(&film, samples: 2)
    let distinct = Set(film.frames.joined())
    #expect(palette.colors.count == distinct.count)
    #expect(Set(palette.colors.map(\.hex)) == distinct)
    #expect(palette.bitDepth == [1: 1, 2: 1, 3: 2, 16: 4][distinct.count, default: 8])
  }

  @Test(arguments: Theme.all, ["sequential", "diverging"])
  func `a film of heat maps is within 8 of 255 of what was drawn, and its areas are exact`(
    theme: Theme, kind: String
  ) throws {
    let map = kind == "sequential" ? theme.sequential : theme.diverging
    var film = HeatMapFilm(frames: 24, theme: theme, map: map)
    let palette = try Palette.sampling(&film, samples: 24)
    #expect(palette.colors.count > 128)
    let canvas = try Canvas(width: film.width, height: film.height)
    for frame in [0, 11, 23] {
      film.draw(frame, onto: canvas)
      let mapped = try PNGReader.canvas(from: canvas.encodedPNG(palette), path: "memory")
      let comparison = try PictureComparison(canvas, mapped)
      #expect(comparison.greatest <= Palette.promisedError)
      #expect(comparison.count(above: 0) < 10_000)
      for cell in 0..<64 {
        let (x, y) = (cell % 8 * 40 + 5, cell / 8 * 40 + 5)
        #expect(mapped.color(x: x, y: y) == canvas.color(x: x, y: y))
      }
    }
  }

  @Test func `declared colours that occur are exact even if others are not`() throws {
    let canvas = try Canvas(width: 64, height: 64)
    canvas.withMutablePixels { pixels in
      for index in pixels.indices { pixels[index] = 0xFF00_0000 | UInt32(index) << 4 }
    }
    var builder = PaletteBuilder()
    builder.count(canvas)
    let declared = [Color(0x000A50), Color(0x00AB70), Color(0x00FFF0), Color(0xABCDEF)]
    let palette = builder.palette(declared: declared)
    #expect(palette.colors.prefix(3) == declared.prefix(3))
    #expect(!palette.colors.contains(declared[3]))
  }

  @Test func `memory is bounded, whatever is counted`() throws {
    let canvas = try Canvas(width: 1024, height: 1024)
    var builder = PaletteBuilder()
    for frame in 0..<4 as Range<UInt32> {
      canvas.withMutablePixels { pixels in
        for index in pixels.indices {
          pixels[index] = 0xFF00_0000 | UInt32(index) &* 16 &+ frame &* 4_000_003 & 0xFF_FFFF
        }
      }
      builder.count(canvas)
    }
    #expect(builder.isExact(limit: 100_000), "colours are grouped")
    #expect((100...256).contains(builder.palette().colors.count))
  }

  @Test func `the nearest colour has the smallest difference in its worst channel`() {
    let palette = Palette([Color(0x000000), Color(0x101010), Color(0x180000)])
    #expect(palette.nearest(to: Color(0x0F0F0F)) == (1, 1))
    #expect(palette.nearest(to: Color(0x160000)) == (2, 2))
    #expect(palette.nearest(to: Color(0x070000)) == (0, 7))
  }
}
