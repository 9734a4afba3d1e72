import Glibc
import Recordings
import Synchronization
import Trainers

/// Folders for files written while measuring, removed at the end.
package enum Scratch {
  /// Runs the body in a folder on disk, because the disk is part of what is measured.
  static func use<Result>(_ body: (String) throws -> Result) throws -> Result {
    try use(in: ["output", "/tmp"], body)
  }

  /// Runs the body in a folder for frames, in memory if possible: ext4 creates files slowly for
  /// minutes after many were deleted, so that each run would slow down the next one.
  static func useForFrames<Result>(_ body: (String) throws -> Result) throws -> Result {
    try use(in: ["/dev/shm", "output", "/tmp"], body)
  }

  private static func use<Result>(
    in places: [String], _ body: (String) throws -> Result
  ) throws -> Result {
    let base = places.first { access($0, W_OK) == 0 } ?? "/tmp"
    var template = Array("\(base)/.bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ScratchError() }
    let folder = template.withUnsafeBufferPointer { buffer in
      String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    made.withLock { $0.append(folder) }
    return try body(folder)
  }

  private static let made = Mutex<[String]>([])

  /// Removes what was written.
  package static func clear() {
    made.withLock { folders in
      for folder in folders { system("rm -rf '\(folder)'") }
      folders = []
    }
  }

  /// A recorded lake of 1.2 million steps.
  static func withLake<Result>(_ body: (Recording, Int) throws -> Result) throws -> Result {
    try use { folder in
      let lake = try Subject.lake()
      var trainer = lake.trainer
      try lake.record(&trainer, to: "\(folder)/lake.sqlite")
      return try body(try Recording("\(folder)/lake.sqlite"), trainer.step)
    }
  }
}

/// There is no writable place.
struct ScratchError: Error, CustomStringConvertible {
  var description: String { "neither output/ nor /tmp can be written to" }
}
