internal import Glibc

/// A process of this machine. Process numbers are reused; a number together with its start time is
/// not.
package struct ProcessIdentity: Equatable, Sendable {
  package var number: Int
  /// The start of the process in clock ticks since boot.
  package var ticks: Int
  /// The kernel's identifier for the current boot of this machine.
  package var boot: String

  /// A process from recorded values.
  package init(number: Int, ticks: Int, boot: String) {
    (self.number, self.ticks, self.boot) = (number, ticks, boot)
  }

  /// This process.
  package static var current: ProcessIdentity {
    let number = Int(getpid())
    return ProcessIdentity(number: number, ticks: state(of: number)?.ticks ?? 0, boot: currentBoot)
  }

  /// The kernel's identifier for the current boot of this machine.
  package static var currentBoot: String {
    Files.systemText("/proc/sys/kernel/random/boot_id")
  }

  /// Whether the process is alive: false where another process has its number, or where it is a
  /// zombie.
  package var isAlive: Bool {
    guard boot == Self.currentBoot, let state = Self.state(of: number) else { return false }
    return state.ticks == ticks && !state.isGone
  }

  /// Asks the process to stop as Ctrl-C does; false where it is not alive or belongs to somebody
  /// else.
  package func interrupt() -> Bool {
    isAlive && number > 1 && kill(pid_t(truncatingIfNeeded: number), SIGINT) == 0
  }

  /// When a process started, and whether it is a zombie; nil where there is none.
  package static func state(of number: Int) -> (ticks: Int, isGone: Bool)? {
    // The name in parentheses may hold anything, even parentheses, so parsing starts after the last
    // one.
    let text = Files.systemText("/proc/\(number)/stat")
    guard let end = text.lastIndex(of: ")") else { return nil }
    let words = text[text.index(after: end)...].split(separator: " ")
    guard words.count > 19, let ticks = Int(words[19]) else { return nil }
    return (ticks, words[0] == "Z" || words[0] == "X")
  }
}

extension Files {
  /// The contents of one of the kernel's files, which have no size, without the last line break;
  /// empty where there is none.
  package static func systemText(_ path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe _ = fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      guard count > 0, text.count < 1 << 20 else { break }
      text += buffer[..<count]
    }
    while text.last == UInt8(ascii: "\n") { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// The file of the running program, or the one that has since replaced it.
  package static let program: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    let mark = " (deleted)"
    return path.hasSuffix(mark) && !exists(path) ? String(path.dropLast(mark.count)) : path
  }()
}
