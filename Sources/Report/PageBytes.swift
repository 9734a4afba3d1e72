import Film
import Raster
import Rollouts

/// Numbers and pictures that a page holds in one base64 text; its script finds each by its position.
struct PageBytes {
  private var bytes: [UInt8] = []

  /// The base64 text.
  var text: String { Base64.text(bytes) }

  /// Adds bytes; returns their position and count.
  mutating func add(_ more: [UInt8]) -> JSON {
    defer { bytes += more }
    return [.integer(bytes.count), .integer(more.count)]
  }

  /// Adds numbers in single precision, little-endian.
  mutating func add(_ values: [Float]) -> JSON { add(words: values.map(\.bitPattern)) }

  /// Adds 32-bit integers, little-endian.
  mutating func add(_ values: [Int]) -> JSON {
    add(words: values.map { UInt32(truncatingIfNeeded: $0) })
  }

  private mutating func add(words: [UInt32]) -> JSON {
    add(words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } })
  }

  /// A picture, and its position on another one.
  typealias Picture = (x: Int, y: Int, png: [UInt8])

  /// Adds pictures; returns the position of all, and that of their offsets right and down
  /// and their sizes in bytes.
  mutating func add(_ pictures: [Picture]) -> JSON {
    let boxes = add(pictures.flatMap { [$0.x, $0.y, $0.png.count] })
    return ["boxes": boxes, "files": add(pictures.flatMap(\.png))]
  }

  /// Adds sprites.
  mutating func add(sprites: [Canvas]) -> JSON {
    add(sprites.map { (x: 0, y: 0, png: $0.encodedLayer()) })
  }
}
