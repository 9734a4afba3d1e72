import Platform

/// A folder whose frames appear together: they wait in a hidden folder until all are complete.
///
/// When the value ends before `finish`, the hidden folder is removed.
struct FrameFolder: ~Copyable {
  /// Where frames wait: beside a new folder, inside one that exists (it may be a mount point).
  let partial: String

  private let folder: String
  private let isNew: Bool
  private let madeFolders: [String]
  private var isFinished = false

  /// Makes the hidden folder, and the folders that lead to it.
  init(_ path: String, replacing: Bool) throws {
    try Self.check(path, replacing: replacing)
    let folder = Files.trimmed(path)
    let isNew = !Files.exists(folder)
    let partial = Files.partial(of: isNew ? folder : "\(folder)/frames")
    // What a killed process of the same number left is of no use.
    Files.removeFolder(partial)
    let madeFolders = try Files.makeFolders(partial)
    self.folder = folder
    self.isNew = isNew
    self.partial = partial
    self.madeFolders = madeFolders
  }

  deinit {
    guard !isFinished else { return }
    Files.removeFolder(partial)
    Files.removeFolders(madeFolders)
  }

  /// Fails if frames may not be written into a folder, before any work is done for them.
  static func check(_ path: String, replacing: Bool) throws {
    let folder = Files.trimmed(path)
    guard Files.exists(folder), !(try frames(in: folder)).isEmpty else { return }
    guard replacing else { throw FilmError.framesExist(folder: folder) }
  }

  /// Gives the frames their names, after old ones were removed.
  consuming func finish(frames: Int) throws {
    if isNew {
      try Files.rename(partial, to: folder)
    } else {
      for name in try Self.frames(in: folder) { try Files.removeFile("\(folder)/\(name)") }
      for frame in 0..<frames {
        let name = FrameSequence.name(of: frame)
        try Files.rename("\(partial)/\(name)", to: "\(folder)/\(name)")
      }
      Files.removeFolder(partial)
    }
    isFinished = true
  }

  /// The names of a folder's frames, and of nothing else in it.
  private static func frames(in folder: String) throws(FileError) -> [String] {
    try Files.names(in: folder).filter { name in
      let digits = name.dropFirst("frame-".count).dropLast(".png".count)
      return name.hasPrefix("frame-") && name.hasSuffix(".png") && digits.count >= 6
        && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
  }
}
