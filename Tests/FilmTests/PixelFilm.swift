import Raster

/// A film of given pixels, which can fail, and can hold frames.
struct PixelFilm: FrameSource {
  struct Failure: Error, Equatable {}

  var width: Int
  var height: Int
  /// The pixels of each frame, row by row, as `0xRRGGBB`.
  var frames: [[UInt32]]
  /// Hundredths of a second to add, by frame.
  var holds: [Int: Int] = [:]
  /// The frame that cannot be drawn.
  var failing: Int?
  /// Which frames were asked for.
  private(set) var asked: [Int] = []

  init(width: Int, height: Int, frames: [[UInt32]]) {
    self.width = width
    self.height = height
    self.frames = frames
  }

  var frameCount: Int { frames.count }

  mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    asked.append(frame)
    if frame == failing { throw Failure() }
    canvas.withMutablePixels { pixels in
      for (index, color) in frames[frame].enumerated() { pixels[index] = 0xFF00_0000 | color }
    }
  }

  func hold(after frame: Int) -> Int { holds[frame] ?? 0 }

  /// A film of noise in a number of colours; the share of pixels that change is given.
  static func noise(
    width: Int, height: Int, frames: Int, colors: Int, changing: Double = 1, seed: UInt64 = 1
  ) -> PixelFilm {
    var random = TestRandom(state: seed)
    // Colours on a coarse grid differ by more than any tolerance.
    let palette = (0..<colors).map { index -> UInt32 in
      let spread = UInt32(truncatingIfNeeded: index &* 2_654_435_761)
      return colors <= 256 ? UInt32(index) << 16 | spread & 0xFFFF : spread >> 3 & 0xFF_FFFF
    }
    var pixels = (0..<width * height).map { _ in palette[random.next(below: colors)] }
    let all = (0..<frames).map { _ -> [UInt32] in
      for index in pixels.indices where Double(random.next(below: 1000)) < changing * 1000 {
        pixels[index] = palette[random.next(below: colors)]
      }
      return pixels
    }
    return PixelFilm(width: width, height: height, frames: all)
  }
}

/// Numbers that are the same in every run.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 29) &* 0x9E37_79B9_7F4A_7C15
  }

  mutating func next(below bound: Int) -> Int { Int(next() >> 33) % bound }
}

/// A film of discs in many colours: more mixtures at their edges than a palette has room for.
struct EdgeFilm: FrameSource {
  let frameCount: Int
  let width = 240
  let height = 240

  init(frames: Int) { frameCount = frames }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.clear(Color(0xF6F7F9))
    for index in 0..<144 {
      let (x, y) = (Double(index % 12), Double(index / 12))
      let hue = Double((index * 37 + frame) % 360) * 2.5
      let color = OKLab(lightness: 0.35 + 0.05 * y, chroma: 0.12, hue: hue).color
      canvas.fill(
        .circle(Point(x * 20 + 10.3, y * 20 + 9.6 + Double(frame) * 0.2), radius: 10.5), color)
    }
  }
}
