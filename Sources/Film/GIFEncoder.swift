import Glibc
import Raster

/// Turns frames into GIF images that only contain changes from the previous frame.
struct GIFEncoder: FrameEncoder, ~Copyable {
  /// An image block without its delay, which is only known once the next different frame comes.
  struct Image: Sendable {
    /// Descriptor and data; empty if the frame looks like the previous one.
    var bytes: [UInt8]
    /// Whether one index means "unchanged".
    var isTransparent: Bool
  }

  private let width: Int
  private let height: Int
  private let minimumBits: Int
  /// The palette index for "unchanged"; nil where the palette needs all 256.
  private let transparent: UInt8?
  private var lzw = LZWEncoder()

  /// An encoder for pictures of one size, in a limited number of colours.
  init(width: Int, height: Int, colors: Int) {
    self.width = width
    self.height = height
    minimumBits = GIFFormat.bits(colors: colors)
    transparent = colors < 256 ? UInt8(colors) : nil
  }

  mutating func encode(_ frame: Int, _ picture: Picture, after previous: Picture?) -> Image {
    guard let new = unsafe UnsafePointer(picture.numbers.baseAddress) else {
      return Image(bytes: [], isTransparent: false)
    }
    guard let old = unsafe UnsafePointer(previous?.numbers.baseAddress) else {
      return unsafe encodeOpaque(new, PixelArea(width: width, height: height))
    }
    guard let area = unsafe PixelArea(changedFrom: old, to: new, width: width, height: height)
    else {
      return Image(bytes: [], isTransparent: false)
    }
    return unsafe encode(new, old, area)
  }

  /// Encodes in both ways if it is unclear which one is smaller.
  private mutating func encode(
    _ new: UnsafePointer<UInt8>, _ old: UnsafePointer<UInt8>, _ area: PixelArea
  ) -> Image {
    guard let transparent else { return unsafe encodeOpaque(new, area) }
    let (sparse, changed) = unsafe encodeChanges(new, old, area, transparent)
    guard changed * 2 > area.count else { return sparse }
    let opaque = unsafe encodeOpaque(new, area)
    return opaque.bytes.count <= sparse.bytes.count ? opaque : sparse
  }

  private mutating func encodeOpaque(_ new: UnsafePointer<UInt8>, _ area: PixelArea) -> Image {
    lzw.start(minimumBits: minimumBits, runPixel: 0)
    for y in area.top..<area.bottom {
      unsafe lzw.add(new + y * width + area.left, count: area.width)
    }
    return Image(bytes: finished(area), isTransparent: false)
  }

  private mutating func encodeChanges(
    _ new: UnsafePointer<UInt8>, _ old: UnsafePointer<UInt8>, _ area: PixelArea,
    _ transparent: UInt8
  ) -> (Image, changed: Int) {
    lzw.start(minimumBits: minimumBits, runPixel: transparent)
    var changed = 0
    var unchanged = 0
    for y in area.top..<area.bottom {
      let start = y * width + area.left
      if unsafe memcmp(new + start, old + start, area.width) == 0 {
        unchanged += area.width
        continue
      }
      for position in start..<start + area.width {
        let number = unsafe new[position]
        if unsafe number == old[position] {
          unchanged += 1
          continue
        }
        lzw.addRun(unchanged)
        unchanged = 0
        lzw.add(number)
        changed += 1
      }
    }
    lzw.addRun(unchanged)
    return (Image(bytes: finished(area), isTransparent: true), changed)
  }

  private mutating func finished(_ area: PixelArea) -> [UInt8] {
    lzw.finish()
    return GIFFormat.image(
      left: area.left, top: area.top, width: area.width, height: area.height,
      minimumBits: minimumBits, data: lzw.bytes)
  }
}
