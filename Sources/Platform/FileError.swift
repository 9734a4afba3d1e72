internal import Glibc

/// Why a file could not be read or written.
package enum FileError: Error, Hashable, CustomStringConvertible {
  /// The file exists, and the caller did not ask to replace it.
  case exists(String)
  /// The path leads to something other than a file, such as a folder or a device.
  case notAFile(String)
  /// The path leads to a pipe or a device, which has no end to read to.
  case notReadable(String)
  /// The path leads to a recording or another database, which nothing else may replace.
  case database(String)
  /// The system refused, for the reason of this `errno`.
  case failed(_ attempt: String, _ path: String, _ reason: Int32)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .exists(let path): "\(path) exists already"
    case .notAFile(let path): "\(path) is not a regular file, so it is not replaced"
    case .notReadable(let path): "cannot read \(path): it is not a regular file"
    case .database(let path): "\(path) is a recording or another database: name another file"
    case .failed(let attempt, let path, let reason):
      "cannot \(attempt) \(path): \(Self.text(of: reason))"
    }
  }
  /// The system's message for an `errno`.
  package static func text(of reason: Int32) -> String {
    guard let text = unsafe strerror(reason) else { return "error \(reason)" }
    return unsafe String(cString: text)
  }
}
