internal import Glibc

// The C library has this function, but Swift's module for it does not expose it.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func closeFrom(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: Int32
) -> Int32

/// Programs that keep running when the one that started them ends, however it ends.
package enum BackgroundProcess {
  /// Starts a program in a session of its own, so that closing a terminal or ending a process group
  /// does not stop it. It reads nothing, writes all output to a file, and holds that file while it
  /// lives.
  package static func start(
    _ words: [String], output: borrowing HeldFile
  ) throws(FileError) {
    let process = try spawn(words, output: output)
    // Reaps the program as soon as it ends; code that waits for another child would find it
    // otherwise.
    SystemThread { waitpid(process, nil, 0) }?.detach()
  }

  /// How a program ended.
  package enum Ending: Equatable, Sendable {
    case exited(Int32)
    /// A signal killed it.
    case killed(Int32)
  }

  /// Starts a program the same way and waits for its end. Calls `goesOn` every few hundredths of a
  /// second, later every second. When it returns false, asks the program to stop as Ctrl-C does.
  package static func run(
    _ words: [String], output: borrowing HeldFile, goesOn: () -> Bool
  ) throws(FileError) -> Ending {
    let process = try spawn(words, output: output)
    var (status, isAsked, waits) = (Int32(0), false, 0)
    while true {
      let found = unsafe waitpid(process, &status, WNOHANG)
      if found == process { break }
      if found < 0, errno != EINTR { return .exited(-1) }
      // Short runs end soon, and long ones do not need frequent polling.
      usleep(waits < 100 ? 1000 : waits < 200 ? 5000 : 50_000)
      waits += 1
      guard waits % 20 == 0, !isAsked, !goesOn() else { continue }
      isAsked = true
      kill(process, SIGTERM)
    }
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
  }

  private static func spawn(
    _ words: [String], output: borrowing HeldFile
  ) throws(FileError) -> pid_t {
    precondition(!words.isEmpty, "the first word is the program")
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&files, output.descriptor, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&files, output.descriptor, STDERR_FILENO)
    // A server's sockets would otherwise stay open as long as the program runs.
    unsafe _ = closeFrom(&files, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // The new program must receive signals that this one ignores or blocks.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE] {
      unsafe sigaddset(&signals, signal)
    }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    let session: Int32 = 0x80  // POSIX_SPAWN_SETSID
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(session | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process = pid_t()
    let status = unsafe withCStrings(words) {
      unsafe posix_spawnp(&process, words[0], &files, &attributes, $0, environ)
    }
    guard status == 0 else { throw .failed("start", words[0], status) }
    return process
  }
}

/// Passes strings to C as a null-terminated array of pointers.
package func withCStrings<Result>(
  _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let copies = unsafe words.map { unsafe strdup($0) } + [nil]
  defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
  return unsafe copies.withUnsafeBufferPointer { copies in
    guard let first = copies.baseAddress else { preconditionFailure("a list ends with nil") }
    return unsafe body(first)
  }
}
