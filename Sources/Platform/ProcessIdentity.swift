internal import Glibc

/// A process of this machine: its number is used again by others, this with its start is not.
package struct ProcessIdentity: Equatable, Sendable {
  package var number: Int
  /// The process's start in clock ticks since boot.
  package var ticks: Int
  /// The kernel's name for this boot of this machine.
  package var boot: String

  /// A process by what was noted of it.
  package init(number: Int, ticks: Int, boot: String) {
    (self.number, self.ticks, self.boot) = (number, ticks, boot)
  }

  /// This process.
  package static var current: ProcessIdentity {
    let number = Int(getpid())
    return ProcessIdentity(number: number, ticks: state(of: number)?.ticks ?? 0, boot: currentBoot)
  }

  /// The kernel's name for this boot of this machine.
  package static var currentBoot: String {
    Files.systemText("/proc/sys/kernel/random/boot_id")
  }

  /// Whether it lives: no other that has its number now, and none that only waits to be reaped.
  package var isAlive: Bool {
    guard boot == Self.currentBoot, let state = Self.state(of: number) else { return false }
    return state.ticks == ticks && !state.isGone
  }

  /// Asks it to stop as Ctrl-C does; false where it does not live, or is not ours.
  package func interrupt() -> Bool {
    isAlive && number > 1 && kill(pid_t(truncatingIfNeeded: number), SIGINT) == 0
  }

  /// When a process started, and whether it only waits to be reaped; nil where there is none.
  package static func state(of number: Int) -> (ticks: Int, isGone: Bool)? {
    // The name in parentheses may hold anything, parentheses too: what counts follows the last.
    let text = Files.systemText("/proc/\(number)/stat")
    guard let end = text.lastIndex(of: ")") else { return nil }
    let words = text[text.index(after: end)...].split(separator: " ")
    guard words.count > 19, let ticks = Int(words[19]) else { return nil }
    return (ticks, words[0] == "Z" || words[0] == "X")
  }
}

extension Files {
  /// What the kernel says in a file that has no size, without the end of its last line; empty where there is
  /// none.
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

  /// The file of the program that runs, or the one that has taken its place since.
  package static let program: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    let mark = " (deleted)"
    return path.hasSuffix(mark) && !exists(path) ? String(path.dropLast(mark.count)) : path
  }()
}
