package import Raster

/// Makes folders of numbered PNG pictures: `frame-000000.png`, `frame-000001.png`, …
package struct FrameSequence {
  /// Whether pixels keep their own colours instead of the nearest ones of the film's palette.
  package var truecolor = false
  /// Whether frames that a folder holds already are replaced.
  package var replacing = false
  /// How many frames are looked at to choose the palette.
  package var samples = 64

  /// A sequence in one palette unless told otherwise.
  package init(truecolor: Bool = false, replacing: Bool = false) {
    self.truecolor = truecolor
    self.replacing = replacing
  }

  /// The name of a frame's file.
  package static func name(of frame: Int) -> String {
    let digits = String(frame)
    return "frame-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
  }

  /// Draws all frames into files of a folder, which appear when all of them are complete.
  package func write(
    _ source: inout some FrameSource, to folder: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    var staging = try FrameFolder(folder, replacing: replacing)
    let palette = truecolor ? nil : try Palette.sampling(&source, samples: samples)
    let (width, height, frames) = (source.width, source.height, source.frameCount)
    guard frames > 0 else { throw FilmError.empty }
    let coloring = palette.map { Coloring.indexed($0) } ?? .truecolor
    let partial = try staging.open()
    let relay = FrameRelay {
      SequenceEncoder(
        folder: partial, png: PNGEncoder(width: width, height: height, coloring: coloring))
    }
    var bytes = 0
    var greatestError = 0
    try relay.run(&source) { frame, _, file in
      bytes += file.bytes
      greatestError = max(greatestError, file.greatestError)
      try progress(frame + 1)
    }
    try staging.finish(frames: frames)
    return FilmReport(
      path: folder, frames: frames, bytes: bytes, colors: palette?.colors.count,
      greatestError: greatestError)
  }
}

/// Encodes frames and writes each into a file of its own.
private struct SequenceEncoder: FrameEncoder, ~Copyable {
  struct File: Sendable {
    var bytes: Int
    var greatestError: Int
  }

  let folder: String
  var png: PNGEncoder

  mutating func encode(_ frame: Int, _ canvas: Canvas, after previous: Canvas?) throws -> File {
    let bytes = png.encode(canvas)
    try FilePaths.write(bytes, toNewFile: "\(folder)/\(FrameSequence.name(of: frame))")
    return File(bytes: bytes.count, greatestError: png.greatestError)
  }
}

/// A folder whose frames appear together: they wait in a hidden folder until all are complete.
private struct FrameFolder: ~Copyable {
  private let folder: String
  private let replacing: Bool
  /// Where frames wait: beside a new folder, inside one that exists (it may be a mount point).
  private let partial: String
  private let isNew: Bool
  private var madeFolders: [String] = []
  private var isOpen = false

  init(_ path: String, replacing: Bool) throws {
    folder = FilePaths.trimmed(path)
    self.replacing = replacing
    isNew = !FilePaths.exists(folder)
    partial = FilePaths.partial(of: isNew ? folder : "\(folder)/frames")
    if !isNew, !replacing, !(try Self.frames(in: folder)).isEmpty {
      throw FilmError.framesExist(folder: folder)
    }
  }

  deinit {
    guard isOpen else { return }
    FilePaths.removeFolder(partial)
    FilePaths.removeFolders(madeFolders)
  }

  /// Makes the hidden folder and returns its path.
  mutating func open() throws(FileError) -> String {
    madeFolders = try FilePaths.makeFolders(FilePaths.folder(of: partial))
    isOpen = true
    // What a killed process of the same number left is of no use.
    FilePaths.removeFolder(partial)
    _ = try FilePaths.makeFolders(partial)
    return partial
  }

  /// Gives the frames their names, after old ones were removed.
  consuming func finish(frames: Int) throws {
    if isNew {
      try FilePaths.rename(partial, to: folder)
    } else {
      for name in try Self.frames(in: folder) { try FilePaths.removeFile("\(folder)/\(name)") }
      for frame in 0..<frames {
        let name = FrameSequence.name(of: frame)
        try FilePaths.rename("\(partial)/\(name)", to: "\(folder)/\(name)")
      }
      FilePaths.removeFolder(partial)
    }
    isOpen = false
  }

  /// The names of a folder's frames, and of nothing else in it.
  private static func frames(in folder: String) throws(FileError) -> [String] {
    try FilePaths.names(in: folder).filter { name in
      let digits = name.dropFirst("frame-".count).dropLast(".png".count)
      return name.hasPrefix("frame-") && name.hasSuffix(".png") && digits.count >= 6
        && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
  }
}
