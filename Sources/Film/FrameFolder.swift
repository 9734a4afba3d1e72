import Platform

/// A folder whose frames appear together: they are in a hidden folder until all are complete.
///
/// If the value is destroyed before `finish`, the hidden folder is removed.
struct FrameFolder: ~Copyable {
  /// The hidden folder: beside the folder, or inside it if that is a mount point or contains other
  /// files.
  let partial: String

  private let folder: String
  private let isNew: Bool
  private let descriptor: Int32
  private let madeFolders: [String]
  private var isFinished = false

  /// Makes the hidden folder and missing parent folders.
  init(_ path: String, replacing: Bool) throws {
    try Self.check(path, replacing: replacing)
    // Follows a link to its folder, so that the link stays.
    let folder = Files.resolved(Files.trimmed(path))
    let isNew = !Files.exists(folder)
    let madeFolders = isNew ? try Files.makeFolders(Files.folder(of: folder)) : []
    let (descriptor, partial): (Int32, String)
    do {
      (descriptor, partial) = try Self.makePartial(of: folder, isNew)
    } catch {
      Files.removeFolders(madeFolders)
      throw error
    }
    (self.folder, self.isNew, self.madeFolders) = (folder, isNew, madeFolders)
    (self.descriptor, self.partial) = (descriptor, partial)
  }

  private static func makePartial(
    of folder: String, _ isNew: Bool
  ) throws(FileError) -> (Int32, String) {
    let parent = Files.folder(of: folder)
    if isNew { return try Files.makePartialFolder(in: parent) }
    // The working directory of a shell would remain the old folder.
    if Files.isOnDiskOfParent(folder), !Files.isSame(folder, "."), try holdsOnlyFrames(folder),
      let made = try? Files.makePartialFolder(in: parent)
    {
      return made
    }
    return try Files.makePartialFolder(in: folder)
  }

  deinit {
    Files.closePartial(descriptor)
    guard !isFinished else { return }
    Files.removeFolder(partial)
    Files.removeFolders(madeFolders)
  }

  /// Throws if frames may not be written into a folder, before the work for them begins.
  static func check(_ path: String, replacing: Bool) throws {
    let folder = Files.trimmed(path)
    guard Files.exists(folder), !(try frames(in: folder)).isEmpty else { return }
    guard replacing else { throw FilmError.framesExist(folder: folder) }
  }

  /// Renames the frames: all at once in a folder of their own, one by one beside other files.
  consuming func finish(frames: Int) throws {
    if isNew {
      try Files.rename(partial, to: folder)
    } else if Files.folder(of: partial) != folder, try Self.holdsOnlyFrames(folder),
      Files.exchange(partial, heldBy: descriptor, with: folder)
    {
      // The old frames are now in the hidden folder. Files that were added there meanwhile are
      // moved back.
      for name in try Files.names(in: partial) where !Self.isFrame(name) {
        try Files.rename("\(partial)/\(name)", to: "\(folder)/\(name)")
      }
      Files.removeFolder(partial)
    } else {
      // Each new frame replaces an old one, so that every frame is whole at any time.
      let names = (0..<frames).map(FrameSequence.name)
      for name in names { try Files.rename("\(partial)/\(name)", to: "\(folder)/\(name)") }
      for name in Set(try Self.frames(in: folder)).subtracting(names) {
        try Files.removeFile("\(folder)/\(name)")
      }
      Files.removeFolder(partial)
    }
    isFinished = true
  }

  private static func holdsOnlyFrames(_ folder: String) throws(FileError) -> Bool {
    try Files.names(in: folder).allSatisfy(isFrame)
  }

  /// The names of a folder's frames only.
  private static func frames(in folder: String) throws(FileError) -> [String] {
    try Files.names(in: folder).filter(isFrame)
  }

  private static func isFrame(_ name: String) -> Bool {
    let digits = name.dropFirst("frame-".count).dropLast(".png".count)
    return name.hasPrefix("frame-") && name.hasSuffix(".png") && digits.count >= 6
      && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
