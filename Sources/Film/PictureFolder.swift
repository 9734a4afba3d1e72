import Platform
package import Raster

/// The PNG pictures of a folder, in natural order, as the frames of a film.
package struct PictureFolder: FrameSource {
  /// The paths of the pictures, in display order.
  package let paths: [String]
  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int

  /// Reads the names and sizes of all pictures, which must have the same size.
  package init(_ folder: String) throws {
    let folder = Files.trimmed(folder)
    let names = try Files.names(in: folder)
      .filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }
    guard !names.isEmpty else { throw FilmError.noFrames(folder: folder) }
    paths = names.sorted(by: NaturalOrder.isAscending).map { "\(folder)/\($0)" }
    (width, height) = try PNGReader.size(ofFile: paths[0])
    for path in paths {
      let size = try PNGReader.size(ofFile: path)
      guard size == (width, height) else {
        throw FilmError.sizesDiffer(
          path: path, size: "\(size.width)×\(size.height)", first: "\(width)×\(height)")
      }
    }
  }

  /// How many pictures there are.
  package var frameCount: Int { paths.count }

  /// Draws a picture, on black where it is transparent.
  package func draw(_ frame: Int, onto canvas: Canvas) throws {
    let picture = try PNGReader.canvas(at: paths[frame])
    guard picture.width == width, picture.height == height else {
      throw FilmError.sizesDiffer(
        path: paths[frame], size: "\(picture.width)×\(picture.height)",
        first: "\(width)×\(height)")
    }
    canvas.copy(picture)
  }
}

/// Natural order: `frame-9` before `frame-10`.
package enum NaturalOrder {
  /// Whether one name comes before another.
  package static func isAscending(_ first: String, _ second: String) -> Bool {
    let (left, right) = (Array(first.utf8), Array(second.utf8))
    var (i, j) = (0, 0)
    while i < left.count && j < right.count {
      if isDigit(left[i]) && isDigit(right[j]) {
        let (a, b) = (number(in: left, from: &i), number(in: right, from: &j))
        if a.count != b.count { return a.count < b.count }
        if a != b { return a.lexicographicallyPrecedes(b) }
      } else {
        if left[i] != right[j] { return left[i] < right[j] }
        i += 1
        j += 1
      }
    }
    // Names with equal numbers, such as 1 and 01, still need an order.
    if i == left.count && j == right.count { return left.lexicographicallyPrecedes(right) }
    return i == left.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The digits from a position on, without leading zeros.
  private static func number(in name: [UInt8], from position: inout Int) -> [UInt8] {
    let start = position
    while position < name.count && isDigit(name[position]) { position += 1 }
    return Array(name[start..<position].drop { $0 == 0x30 })
  }
}
