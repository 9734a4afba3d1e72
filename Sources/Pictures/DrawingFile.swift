import Film
import Platform
package import Raster

/// A file that a drawing is written to: pixels, vectors, or the numbers behind it.
package struct DrawingFile {
  private let path: String
  private let replacing: Bool

  /// A file at a path, whose ending says what it is.
  package init(_ path: String, replacing: Bool) { (self.path, self.replacing) = (path, replacing) }

  /// What a drawing is written as, by the endings of names.
  package static let endings = ["png", "svg"]

  /// Writes a drawing; `csv` are its numbers, where it has some. An ending that is none of these is refused
  /// with all that there are.
  package func write(_ drawing: some Drawing, csv: (() -> String)? = nil) throws {
    try write(drawing, csvParts: csv.map { csv in { write in try write(csv()) } })
  }

  /// Writes a drawing; `csvParts` hands its numbers over in parts, where it has some.
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

/// Why nothing can be written under a name.
package enum PictureFileError: Error, Hashable, CustomStringConvertible {
  /// Its ending stands for nothing that could be written.
  case ending(String, known: [String])
  /// A film of this kind does not know how often it plays.
  case noLoop(String)
  /// What was asked for goes with episodes alone.
  case noLimit

  /// The reason as one sentence.
  package var description: String {
    switch self {
    case .ending(let path, let known):
      "'\(path)' should end in one of \(known.sorted().map { ".\($0)" }.joined(separator: ", "))"
    case .noLoop: "only a .gif or a .png can be told how often to play"
    case .noLimit:
      "a limit of frames works only for episodes; a film of learning has as many as it needs"
    }
  }
}
