import Glibc
import Platform

/// A running ffmpeg that receives bytes and writes a file.
@safe
struct FFmpeg: ~Copyable {
  private let process: pid_t
  private var input: Int32
  /// Its error messages, in an unnamed file.
  private let complaints: UnsafeMutablePointer<FILE>
  private let path: String
  private var isOver = false

  /// Starts ffmpeg with arguments; `path` is the film's name in errors.
  init(_ words: [String], path: String) throws {
    guard let complaints = unsafe tmpfile() else {
      throw FileError.failed("write", path, errno)
    }
    // A socket, because writing to a closed one need not raise a signal.
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      unsafe fclose(complaints)
      throw FileError.failed("write", path, errno)
    }
    let (ours, theirs) = (ends[0], ends[1])
    defer { close(theirs) }
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_adddup2(&files, theirs, STDIN_FILENO)
    unsafe posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&files, fileno(complaints), STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // In a process group of its own, so that Ctrl-C only reaches this program, which then ends
    // ffmpeg.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var process = pid_t()
    let status = unsafe withCStrings(["ffmpeg"] + words) {
      unsafe posix_spawnp(&process, "ffmpeg", &files, &attributes, $0, environ)
    }
    guard status == 0 else {
      close(ours)
      unsafe fclose(complaints)
      throw status == ENOENT
        ? FilmError.noFFmpeg(path: path) : FileError.failed("start ffmpeg for", path, status)
    }
    self.process = process
    self.path = path
    input = ours
    unsafe self.complaints = complaints
  }

  deinit {
    if input >= 0 { close(input) }
    if !isOver {
      kill(process, SIGKILL)
      _ = Self.outcome(of: process)
    }
    unsafe fclose(complaints)
  }

  /// Passes bytes to ffmpeg; waits while it is busy.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe send(
        input, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
        Int32(MSG_NOSIGNAL))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return try end() }
      sent += count
    }
  }

  /// Ends the input, and waits until the film is complete.
  consuming func finish() throws {
    close(input)
    input = -1
    isOver = true
    guard Self.outcome(of: process) == 0 else { throw failure() }
  }

  /// Called when ffmpeg reads no more, which means that it has failed.
  private mutating func end() throws {
    isOver = true
    _ = Self.outcome(of: process)
    throw failure()
  }

  /// An error with ffmpeg's last message.
  private func failure() -> FilmError {
    unsafe fflush(complaints)
    unsafe rewind(complaints)
    var last = ""
    var line = [CChar](repeating: 0, count: 4096)
    while unsafe fgets(&line, Int32(line.count), complaints) != nil {
      let text = String(
        decoding: line.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
      let words = text.split { $0 == "\n" || $0 == "\r" }.joined(separator: " ")
      if !words.isEmpty { last = words }
    }
    return .ffmpeg(path: path, reason: last.isEmpty ? "it ended early" : last)
  }

  /// Waits for a process; returns 0 if it succeeded.
  private static func outcome(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    return status
  }
}
