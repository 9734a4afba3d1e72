internal import Glibc
internal import Platform
internal import Rollouts
internal import Synchronization

/// The process that writes a recording: enough to know whether it is alive, and that it writes this
/// file.
struct WriterIdentity: Equatable, Sendable {
  var process: Int
  /// The process's start in clock ticks since boot: process numbers are reused, but not with the
  /// same start.
  var ticks: Int
  /// The same as a timestamp, for people.
  var started: String
  /// The kernel's identifier for the current boot of this machine.
  var boot: String
  var host: String
  /// The kernel's identifier for the process's namespace: each container numbers its own processes.
  var namespace: String
  /// The file itself: a copy of a recording is not being written.
  var device: Int
  var inode: Int

  /// This process as the writer of a file.
  init?(current path: String) {
    guard let file = Files.identity(path) else { return nil }
    let current = ProcessIdentity.current
    (process, ticks, boot) = (current.number, current.ticks, current.boot)
    started = Timestamp.text(
      Double(Self.bootTime) + Double(ticks) / Double(max(1, sysconf(Int32(_SC_CLK_TCK)))))
    host = Files.systemText("/proc/sys/kernel/hostname")
    namespace = Self.currentNamespace
    (device, inode) = (file.device, file.inode)
  }

  /// The writer named in a recording; nil where there is none.
  init?(json text: String) {
    guard let json = try? JSON(parsing: text), let process = json["process"]?.int,
      let ticks = json["ticks"]?.int, let started = json["started"]?.text,
      let boot = json["boot"]?.text, let host = json["host"]?.text,
      let device = json["device"]?.int, let inode = json["inode"]?.int
    else { return nil }
    self.process = process
    self.ticks = ticks
    self.started = started
    self.boot = boot
    self.host = host
    namespace = json["namespace"]?.text ?? Self.currentNamespace
    self.device = device
    self.inode = inode
  }

  /// The form in recordings.
  var json: JSON {
    [
      "process": .integer(process), "started": .string(started), "ticks": .integer(ticks),
      "boot": .string(boot), "host": .string(host), "namespace": .string(namespace),
      "device": .integer(device), "inode": .integer(inode),
    ]
  }

  /// Whether this writer is alive and writes the file at `path`.
  func isAlive(writing path: String) -> Bool {
    guard isOf(path), boot == ProcessIdentity.currentBoot else { return false }
    // Nothing is known about a process in another container, except what it did last.
    guard namespace == Self.currentNamespace else { return Self.wasWritten(path, within: 60) }
    guard identity.isAlive else { return false }
    return process != Int(getpid()) || Self.writers.withLock { $0.contains(inode) }
  }

  /// Asks the process to stop as Ctrl-C does, if it writes the file at `path` on this machine;
  /// false where it does not.
  func interrupt(writing path: String) -> Bool {
    // In another container, the number belongs to a different process here.
    namespace == Self.currentNamespace && isAlive(writing: path) && identity.interrupt()
  }

  private var identity: ProcessIdentity {
    ProcessIdentity(number: process, ticks: ticks, boot: boot)
  }

  /// Whether it writes the file at `path`.
  func isOf(_ path: String) -> Bool {
    guard let file = Files.identity(path) else { return false }
    return file.device == device && file.inode == inode
  }

  /// Whether a recording or its log has changed in the last seconds.
  private static func wasWritten(_ path: String, within seconds: Int) -> Bool {
    let real = Files.resolved(path)
    return [real, real + "-wal"].contains { file in
      var status = stat()
      return unsafe stat(file, &status) == 0 && time(nil) - status.st_mtim.tv_sec < seconds
    }
  }

  /// The files that this process writes: the process outlives its writers, even those that could
  /// not record their end.
  private static let writers = Mutex<Set<Int>>([])

  func enter() { Self.writers.withLock { _ = $0.insert(inode) } }
  func leave() { Self.writers.withLock { _ = $0.remove(inode) } }

  private static var currentNamespace: String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe readlink("/proc/self/ns/pid", &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// The machine's start in seconds since 1970.
  private static var bootTime: Int {
    let lines = Files.systemText("/proc/stat").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("btime ") }
    return line.flatMap { Int($0.dropFirst(6)) } ?? 0
  }
}
