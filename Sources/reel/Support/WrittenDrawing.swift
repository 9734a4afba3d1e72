import Film
import Raster

/// Writes a drawing as what a path's ending asks for: pixels, vectors, or the numbers where it has some.
/// An ending that is none of these, nor one of `others`, is refused with all that there are.
func writeDrawing(
  _ drawing: some Drawing, numbers: (() -> String)? = nil, to path: String,
  replacing force: Bool, others: [String] = []
) throws {
  var kinds: [String: () throws -> [UInt8]] = [
    "png": { try drawing.canvas().encodedPNG() }, "svg": { try drawing.svg() },
  ]
  if let numbers { kinds["csv"] = { Array(numbers().utf8) } }
  guard let bytes = kinds[ending(path)] else {
    let known = (kinds.keys + others).sorted().map { ".\($0)" }.joined(separator: ", ")
    throw Failure.usage("'\(path)' should end in one of \(known)")
  }
  try OutputFile.check(path, replacing: force)
  try OutputFile.write(bytes(), to: path, replacing: force)
}
