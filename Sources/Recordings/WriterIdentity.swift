internal import Glibc
internal import Platform
internal import Rollouts
internal import Synchronization

/// The process that writes a recording: enough to know whether it lives, and that it writes this file.
struct WriterIdentity: Equatable, Sendable {
  var process: Int
  /// The process's start in clock ticks since boot: a number of a process is used again, this with
  /// it is not.
  var ticks: Int
  /// The same as a timestamp, for people.
  var started: String
  /// The kernel's name for this boot of this machine.
  var boot: String
  var host: String
  /// The kernel's name for the processes that are numbered with it: containers count for themselves.
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

  /// The writer that a recording names; nil where it names none.
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

  /// As recordings keep it.
  var json: JSON {
    [
      "process": .integer(process), "started": .string(started), "ticks": .integer(ticks),
      "boot": .string(boot), "host": .string(host), "namespace": .string(namespace),
      "device": .integer(device), "inode": .integer(inode),
    ]
  }

  /// Whether this writer lives and writes the file at `path`.
  func isAlive(writing path: String) -> Bool {
    guard isOf(path), boot == ProcessIdentity.currentBoot else { return false }
    // Of another container's process nothing is known but what it did last.
    guard namespace == Self.currentNamespace else { return Self.wasWritten(path, within: 60) }
    guard identity.isAlive else { return false }
    return process != Int(getpid()) || Self.writers.withLock { $0.contains(inode) }
  }

  /// Asks the process to stop as Ctrl-C does, if it writes the file at `path` on this machine; false where
  /// it does not.
  func interrupt(writing path: String) -> Bool {
    // Of another container's process the number here is somebody else's.
    namespace == Self.currentNamespace && isAlive(writing: path) && identity.interrupt()
  }

  private var identity: ProcessIdentity {
    ProcessIdentity(number: process, ticks: ticks, boot: boot)
  }

  /// Whether the file at `path` is the one that it writes.
  func isOf(_ path: String) -> Bool {
    guard let file = Files.identity(path) else { return false }
    return file.device == device && file.inode == inode
  }

  /// Whether a recording or its log changed in the last seconds.
  private static func wasWritten(_ path: String, within seconds: Int) -> Bool {
    let real = Files.resolved(path)
    return [real, real + "-wal"].contains { file in
      var status = stat()
      return unsafe stat(file, &status) == 0 && time(nil) - status.st_mtim.tv_sec < seconds
    }
  }

  /// The files that this process writes: it outlives its writers, also those that could not say
  /// that they end.
  private static let writers = Mutex<Set<Int>>([])

  func enter() { Self.writers.withLock { _ = $0.insert(inode) } }
  func leave() { Self.writers.withLock { _ = $0.remove(inode) } }

  private static var currentNamespace: String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe readlink("/proc/self/ns/pid", &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// Seconds since 1970 at which the machine started.
  private static var bootTime: Int {
    let lines = Files.systemText("/proc/stat").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("btime ") }
    return line.flatMap { Int($0.dropFirst(6)) } ?? 0
  }
}
