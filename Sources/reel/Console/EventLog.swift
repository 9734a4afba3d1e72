import Glibc
import Platform
import Rollouts
import Synchronization
import Trainers

/// What happens while runs train, as lines of JSON on standard output, in a file or in a pipe. Each line is
/// written at once. When nobody reads any more, training is asked to stop.
final class EventLog: Sendable {
  let isOnStandardOutput: Bool
  private let path: String
  private let file: Int32
  /// Why a line could not be written; several runs share one log.
  private let error = Mutex<Int32>(0)

  /// Opens a log; `-` is standard output. A file with content is an error unless it is to be replaced
  /// or appended to.
  init(_ path: String, replacing: Bool = false, appending: Bool = false) throws {
    // A reader that leaves makes a write fail; it must not end the program.
    signal(SIGPIPE, SIG_IGN)
    self.path = path
    isOnStandardOutput = path == "-"
    if isOnStandardOutput {
      file = STDOUT_FILENO
      return
    }
    // A pipe or an empty file can be written to as it is.
    if Files.isFile(path), Files.size(path) != 0 {
      try OutputFile.check(path, replacing: replacing || appending)
    }
    _ = try Files.makeFolders(Files.folder(of: path))
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC), 0o666)
    guard file >= 0 else { throw FileError.failed("write", path, errno) }
  }

  deinit { if !isOnStandardOutput { close(file) } }

  /// Callbacks that write every event of the run that makes a recording.
  func callbacks(for recording: String) -> TrainingCallbacks {
    TrainingCallbacks { event in
      guard case .object(let members) = event.json else { return }
      let line = JSON.object([.init("file", .string(recording))] + members).compact
      self.write(line.showingControls() + "\n")
    }
  }

  private func write(_ line: String) {
    error.withLock { error in
      guard error == 0 else { return }
      var bytes = Array(line.utf8)[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          error = errno
          return Interruption.request()
        }
        bytes = bytes.dropFirst(count)
      }
    }
  }

  /// Fails if events are missing, except those that nobody wanted to read.
  func finish() throws {
    let error = error.withLock(\.self)
    if error != 0, error != EPIPE { throw FileError.failed("write", path, error) }
  }
}

extension EventLog? {
  /// Callbacks that write to the log; without a log they do nothing.
  func callbacks(for recording: String) -> TrainingCallbacks {
    self?.callbacks(for: recording) ?? TrainingCallbacks()
  }
}
