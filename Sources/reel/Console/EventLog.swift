import Glibc
import Platform
import Rollouts
import Synchronization
import Trainers

/// What happens while runs train, as lines of JSON: on standard output, in a file or in a pipe. Each line is
/// written at once. Where nobody reads any more, training is asked to stop.
final class EventLog: Sendable {
  let isOnStandardOutput: Bool
  private let path: String
  private let file: Int32
  /// Why a line could not be written; several runs write to one log.
  private let error = Mutex<Int32>(0)

  /// Opens a log; `-` is standard output. A file that has something in it is an error unless it is replaced
  /// or written on.
  init(_ path: String, replacing: Bool = false, appending: Bool = false) throws {
    // A reader that leaves is an error of a write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    self.path = path
    isOnStandardOutput = path == "-"
    if isOnStandardOutput {
      file = STDOUT_FILENO
      return
    }
    // A pipe or an empty file is there to be written to.
    if Files.isFile(path), Files.size(path) != 0 {
      try OutputFile.check(path, replacing: replacing || appending)
    }
    _ = try Files.makeFolders(Files.folder(of: path))
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC), 0o666)
    guard file >= 0 else { throw FileError.failed("write", path, errno) }
  }

  deinit { if !isOnStandardOutput { close(file) } }

  /// Callbacks that write every event of the run that a recording is made of.
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

  /// Fails where events are missing, other than those that nobody wanted to read.
  func finish() throws {
    let error = error.withLock(\.self)
    if error != 0, error != EPIPE { throw FileError.failed("write", path, error) }
  }
}

extension EventLog? {
  /// Callbacks that write to the log; without one nobody listens.
  func callbacks(for recording: String) -> TrainingCallbacks {
    self?.callbacks(for: recording) ?? TrainingCallbacks()
  }
}
