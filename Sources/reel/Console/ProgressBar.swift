import Experiments
import Glibc
import Platform
import Synchronization

/// A bar on a terminal, drawn at most ten times a second; nothing elsewhere.
struct ProgressBar {
  private let title: String
  private let isShown: Bool
  private let start = monotonicSeconds()
  private var lastDrawn = 0.0

  init(_ title: String, _ console: Console) {
    self.title = title
    isShown = console.showsProgress
  }

  /// Shows that a part (0 to 1) is done.
  mutating func update(_ share: Double, _ note: String = "") {
    guard isShown else { return }
    let now = monotonicSeconds()
    guard now - lastDrawn >= 0.1 else { return }
    lastDrawn = now
    draw(share, note, now)
  }

  private func draw(_ share: Double, _ note: String, _ now: Double) {
    let share = min(1, max(0, share))
    let left = share > 0.02 ? (now - start) * (1 - share) / share : nil
    let rest = left.map { "  \(NumberFormat.duration($0)) left" } ?? ""
    // A wrapped line could not be erased, and some terminals wrap in the last column.
    let width = (Terminal.width(of: STDERR_FILENO) ?? 80) - 1
    let line = Self.line(title, share, note, rest, width: width)
    Console.write("\r\u{1B}[2K" + line, to: STDERR_FILENO)
  }

  /// A bar between its texts, in at most `width` columns: the bar becomes shorter first, then the note.
  static func line(
    _ title: String, _ share: Double, _ note: String, _ rest: String, width: Int
  ) -> String {
    let title = title.showingControls(onOneLine: true)
    let note = note.showingControls(onOneLine: true)
    let percent = "\(Int(share * 100)) %"
    let room = width - title.count - 2 - 1 - percent.count - 2 - rest.count
    let length = max(8, min(28, room - note.count))
    let noted =
      note.count + length <= room ? note : note.prefix(max(0, room - length - 1)) + "…"
    let filled = Int((share * Double(length)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: length - filled)
    return String("\(title)  \(bar) \(percent)  \(noted)\(rest)".prefix(max(0, width)))
  }

  /// Erases the bar.
  func finish() {
    if isShown && lastDrawn > 0 { Console.write("\r\u{1B}[2K", to: STDERR_FILENO) }
  }
}

extension Console {
  /// Runs some work beside a bar; Ctrl-C asks the work to stop.
  func withBar<Result>(
    _ title: String, _ work: (ProgressHandler) throws -> Result
  ) rethrows -> Result {
    Interruption.watch()
    var bar = ProgressBar(title, self)
    defer { bar.finish() }
    return try work { share, note in
      bar.update(share, note)
      return !Interruption.isRequested
    }
  }

  /// The same for work on several threads.
  func withSharedBar<Result>(
    _ title: String, _ work: (@escaping @Sendable (Double, String) -> Bool) throws -> Result
  ) rethrows -> Result {
    Interruption.watch()
    let bar = SharedBar(ProgressBar(title, self))
    defer { bar.finish() }
    return try work { share, note in
      bar.update(share, note)
      return !Interruption.isRequested
    }
  }
}

private final class SharedBar: Sendable {
  private let bar: Mutex<ProgressBar>

  init(_ bar: ProgressBar) { self.bar = Mutex(bar) }

  func update(_ share: Double, _ note: String) { bar.withLock { $0.update(share, note) } }
  func finish() { bar.withLock { $0.finish() } }
}
