import Glibc

/// An upright rectangle of whole pixels.
struct PixelArea: Sendable {
  var left: Int
  var top: Int
  var right: Int
  var bottom: Int

  var width: Int { right - left }
  var height: Int { bottom - top }
  var count: Int { width * height }

  /// All of a picture.
  init(width: Int, height: Int) {
    (left, top, right, bottom) = (0, 0, width, height)
  }

  /// The smallest rectangle that contains every difference between two pictures' indices; nil if
  /// there is none.
  init?(
    changedFrom old: UnsafePointer<UInt8>, to new: UnsafePointer<UInt8>, width: Int, height: Int
  ) {
    func isEqual(_ y: Int) -> Bool {
      unsafe memcmp(new + y * width, old + y * width, width) == 0
    }
    guard let top = (0..<height).first(where: { !isEqual($0) }) else { return nil }
    let last = (top..<height).last { !isEqual($0) } ?? top
    (left, self.top, right, bottom) = (width, top, 0, last + 1)
    for y in top...last where !isEqual(y) {
      let start = y * width
      var first = 0
      while unsafe first < left && new[start + first] == old[start + first] { first += 1 }
      left = first
      var end = width
      while unsafe end > right && new[start + end - 1] == old[start + end - 1] { end -= 1 }
      right = end
    }
  }
}
