import Film
import Platform
package import Raster

/// A file for a drawing: pixels, vectors, or the numbers behind it.
package struct DrawingFile {
  private let path: String
  private let replacing: Bool

  /// A file at a path, whose ending selects the format.
  package init(_ path: String, replacing: Bool) { (self.path, self.replacing) = (path, replacing) }

  /// The formats of a drawing, by file ending.
  package static let endings = ["png", "svg"]

  /// Writes a drawing; `csv` are its numbers, if it has any. Any other ending is refused
  /// with a list of the possible ones.
  package func write(_ drawing: some Drawing, csv: (() -> String)? = nil) throws {
    try write(drawing, csvParts: csv.map { csv in { write in try write(csv()) } })
  }

  /// Writes a drawing; `csvParts` returns its numbers in parts, if it has any.
  package func write(
    _ drawing: some Drawing, csvParts: (((String) throws -> Void) throws -> Void)?
  ) throws {
    let known = Self.endings + (csvParts == nil ? [] : ["csv"])
    let ending = Files.ending(path)
    guard known.contains(ending) else { throw PictureFileError.ending(path, known: known) }
    var file = try OutputFile(path, replacing: replacing)
    switch ending {
    case "png": try file.write(drawing.canvas().encodedPNG())
    case "svg": try file.write(drawing.svg())
    default: try csvParts? { try file.write(Array($0.utf8)) }
    }
    try file.finish()
  }
}

/// Why a file with this name cannot be written.
package enum PictureFileError: Error, Hashable, CustomStringConvertible {
  /// Its ending is not a known format.
  case ending(String, known: [String])
  /// This kind of film cannot store how often it plays.
  case noLoop(String)
  /// The option works only for episodes.
  case noLimit

  /// The reason as one sentence.
  package var description: String {
    switch self {
    case .ending(let path, let known):
      "'\(path)' should end in one of \(known.sorted().map { ".\($0)" }.joined(separator: ", "))"
    case .noLoop: "only a .gif or a .png can store how often it plays"
    case .noLimit:
      "a limit of frames works only for episodes; a film of learning has as many as it needs"
    }
  }
}
