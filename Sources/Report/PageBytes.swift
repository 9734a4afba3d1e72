import Film
import Raster
import Rollouts

/// Numbers and pictures that a page carries in one text of letters; its script finds each by its place.
struct PageBytes {
  private var bytes: [UInt8] = []

  /// All of it as letters.
  var text: String { Base64.text(bytes) }

  /// Adds bytes; returns their place: where they begin, and how many they are.
  mutating func add(_ more: [UInt8]) -> JSON {
    defer { bytes += more }
    return [.integer(bytes.count), .integer(more.count)]
  }

  /// Adds numbers in single precision, the least significant byte first.
  mutating func add(_ values: [Float]) -> JSON { add(words: values.map(\.bitPattern)) }

  /// Adds whole numbers of 32 bits, the least significant byte first.
  mutating func add(_ values: [Int]) -> JSON {
    add(words: values.map { UInt32(truncatingIfNeeded: $0) })
  }

  private mutating func add(words: [UInt32]) -> JSON {
    add(words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } })
  }

  /// A picture, and where it lies over another one.
  typealias Picture = (x: Int, y: Int, png: [UInt8])

  /// Adds pictures; returns the place of them all, and that of how far right and how far down each lies
  /// and how many bytes it has.
  mutating func add(_ pictures: [Picture]) -> JSON {
    let boxes = add(pictures.flatMap { [$0.x, $0.y, $0.png.count] })
    return ["boxes": boxes, "files": add(pictures.flatMap(\.png))]
  }

  /// Adds sprites.
  mutating func add(sprites: [Canvas]) -> JSON {
    add(sprites.map { (x: 0, y: 0, png: $0.encodedLayer()) })
  }
}
