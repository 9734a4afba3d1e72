import Glibc
import Raster

/// Counts the colours of frames where they differ from the previous frame.
struct ColorCensus: FrameEncoder, ~Copyable {
  /// A colour and its number of pixels.
  typealias Entry = (color: UInt32, value: UInt32)

  private var table = ColorTable(capacity: 1 << 12)
  /// Pixels are compared in pieces of this length, since moving things are seldom as wide as a row.
  private static var pieceLength: Int { 64 }

  mutating func encode(_ frame: Int, _ picture: Picture, after previous: Picture?) -> [Entry] {
    colors(of: picture.canvas, unlike: previous?.canvas)
  }

  /// The colours of a canvas, counted only where it differs from another one of its size.
  mutating func colors(of canvas: Canvas, unlike previous: Canvas?) -> [Entry] {
    table.clear()
    unsafe canvas.withPixels { pixels in
      guard let previous else {
        unsafe count(pixels[...])
        return
      }
      unsafe previous.withPixels { before in
        var start = 0
        while start < pixels.count {
          let end = min(start + Self.pieceLength, pixels.count)
          if unsafe differ(pixels[start..<end], before[start..<end]) {
            unsafe count(pixels[start..<end])
          }
          start = end
        }
      }
    }
    return table.all
  }

  private func differ(
    _ first: Slice<UnsafeBufferPointer<UInt32>>, _ second: Slice<UnsafeBufferPointer<UInt32>>
  ) -> Bool {
    let (a, b) = unsafe (
      UnsafeBufferPointer(rebasing: first), UnsafeBufferPointer(rebasing: second)
    )
    guard let a = a.baseAddress, let b = b.baseAddress else { return false }
    return unsafe memcmp(a, b, first.count * 4) != 0
  }

  private mutating func count(_ pixels: Slice<UnsafeBufferPointer<UInt32>>) {
    var start = unsafe pixels.startIndex
    while unsafe start < pixels.endIndex {
      let word = unsafe pixels[start]
      var end = start + 1
      while unsafe end < pixels.endIndex && pixels[end] == word { end += 1 }
      table.add(UInt32(end - start), to: word & 0xFF_FFFF)
      start = end
    }
  }
}

/// Some frames of a film, evenly spread, including the first and the last.
struct SampledFrames<Source: FrameSource>: FrameSource {
  var source: Source
  let frameCount: Int

  var width: Int { source.width }
  var height: Int { source.height }

  mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    let last = source.frameCount - 1
    try source.draw(frameCount > 1 ? last * frame / (frameCount - 1) : 0, onto: canvas)
  }
}
