import Film
import Glibc
import Platform
package import Raster
package import Testing

/// Compares a picture with the one that is kept beside the tests, `Snapshots/<name>.png`.
///
/// Another version of the font renderer moves edges a little, so each channel may differ by
/// `tolerance` anywhere, and by more in a few pixels. A difference leaves three pictures in
/// `.scratch/snapshots`: the reference, the failure, and where they differ. A missing reference is
/// made, and counts as a failure once.
package func expectSnapshot(
  _ canvas: Canvas, _ name: String, tolerance: Int = 12, file: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try #require(
    canvas.width <= 96 && canvas.height <= 96, "snapshots have at most 96 × 96 pixels",
    sourceLocation: sourceLocation)
  let reference = "\(Files.folder(of: file))/Snapshots/\(name).png"
  guard Files.exists(reference) else {
    try canvas.writePNG(to: reference, replacing: false)
    Issue.record("made the reference \(reference): look at it", sourceLocation: sourceLocation)
    return
  }
  let expected = try PNGReader.canvas(at: reference)
  let comparison = try PictureComparison(expected, canvas)
  let allowed = max(2, canvas.width * canvas.height / 200)
  guard comparison.count(above: tolerance) > allowed else { return }
  let room = Files.name(of: Files.folder(of: file))
  let stem = "\(Repository.root)/.scratch/snapshots/\(room)-\(name)"
  try expected.writePNG(to: "\(stem)-reference.png", replacing: true)
  try canvas.writePNG(to: "\(stem)-failure.png", replacing: true)
  try comparison.picture().writePNG(to: "\(stem)-difference.png", replacing: true)
  Issue.record(
    "\(comparison.count(above: tolerance)) pixels differ from \(reference); see \(stem)-*.png",
    sourceLocation: sourceLocation)
}

/// How far two pictures of one size are apart, pixel by pixel.
package struct PictureComparison {
  /// The greatest difference of any channel, for each pixel.
  package let differences: [Int]
  private let width: Int

  /// Compares two pictures; pictures of different sizes are an error.
  package init(_ first: Canvas, _ second: Canvas) throws {
    try #require(first.width == second.width && first.height == second.height)
    width = first.width
    differences = first.withPixels { left in
      second.withPixels { right in
        zip(left, right).map { Color($0).distance(to: Color($1)) }
      }
    }
  }

  /// The greatest difference of all.
  package var greatest: Int { differences.max() ?? 0 }

  /// How many pixels differ by more.
  package func count(above tolerance: Int) -> Int { differences.count { $0 > tolerance } }

  /// The differences as a picture: black where there is none.
  func picture() throws -> Canvas {
    let canvas = try Canvas(width: width, height: differences.count / width)
    canvas.withMutablePixels { pixels in
      for (index, difference) in differences.enumerated() {
        let level = UInt32(min(255, difference * 4))
        pixels[index] = 0xFF00_0000 | level << 16 | level << 8 | level
      }
    }
    return canvas
  }
}

extension Canvas {
  /// Writes the picture as a PNG file, which appears when it is complete.
  package func writePNG(to path: String, replacing: Bool) throws {
    try OutputFile.write(encodedPNG(), to: path, replacing: replacing)
  }
}
