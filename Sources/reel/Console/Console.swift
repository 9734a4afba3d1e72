import Glibc
import Rollouts

/// Where a verb speaks: results on standard output, everything else on standard error.
struct Console: Sendable {
  let isQuiet: Bool
  let isJSON: Bool
  /// Bars and colours are for people who watch.
  let showsProgress: Bool

  init(quiet: Bool, json: Bool) {
    isQuiet = quiet
    isJSON = json
    showsProgress = !quiet && isatty(STDERR_FILENO) == 1
  }

  /// A result for people, or a path.
  func print(_ text: String) {
    if !isQuiet { Self.write(text.showingControls().wrapped(at: Terminal.width()) + "\n") }
  }

  /// A drawing of characters, with controls of our own.
  func print(styled text: String) {
    if !isQuiet { Self.write(text + "\n") }
  }

  /// A file that was written, as its path or as JSON.
  func print(file path: String) { isJSON ? print(["file": .string(path)]) : print(path) }

  /// A result as JSON.
  func print(_ json: JSON) { Self.write(json.pretty.showingControls() + "\n") }

  /// A part of a result that other programs take as it is; only a terminal is shown its controls.
  static func writeData(_ text: String) {
    write(isatty(STDOUT_FILENO) == 1 ? text.showingControls() : text)
  }

  /// What people like to know, and scripts do not.
  func note(_ text: String) {
    if !isQuiet { Self.writeError(text) }
  }

  /// What went wrong.
  static func error(_ text: String) {
    writeError("reel: \(text)")
  }

  private static func writeError(_ text: String) {
    let width = Terminal.width(of: STDERR_FILENO)
    write(text.showingControls().wrapped(at: width) + "\n", to: STDERR_FILENO)
  }

  /// Bytes to a file descriptor, all of them.
  static func write(_ text: String, to file: Int32 = STDOUT_FILENO) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        // Errors cannot be printed either; to go on would hide that output is missing.
        if file == STDERR_FILENO { return }
        Self.error("the output cannot be written: \(String(cString: strerror(errno)))")
        exit(ExitCode.failed.rawValue)
      }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// A list that is printed as JSON, some elements at a time, of which none is kept.
struct PrintedList {
  private var isEmpty = true

  mutating func add(_ elements: [JSON]) {
    guard !elements.isEmpty else { return }
    // Without the brackets around them.
    let lines = JSON.array(elements).pretty.dropFirst().dropLast(2)
    Console.write(((isEmpty ? "[" : ",") + lines).showingControls())
    isEmpty = false
  }

  /// After the last element.
  func end() { Console.write(isEmpty ? "[]\n" : "\n]\n") }
}
