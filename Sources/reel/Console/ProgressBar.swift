import Experiments
import Glibc
import Platform
import Synchronization

/// A bar on a terminal, drawn at most ten times a second; silent elsewhere.
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
    let width = 28
    let share = min(1, max(0, share))
    let filled = Int((share * Double(width)).rounded(.down))
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    let left = share > 0.02 ? (now - start) * (1 - share) / share : nil
    let rest = left.map { "  \(NumberFormat.duration($0)) left" } ?? ""
    let line = "\(title)  \(bar) \(Int(share * 100)) %  \(note)\(rest)"
    Console.write("\r\u{1B}[2K" + line.showingControls(onOneLine: true), to: STDERR_FILENO)
  }

  /// Wipes the bar.
  func finish() {
    if isShown && lastDrawn > 0 { Console.write("\r\u{1B}[2K", to: STDERR_FILENO) }
  }
}

extension Console {
  /// Does some work with a bar beside it; Ctrl-C asks it to stop.
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

  /// The same for work of several threads.
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
