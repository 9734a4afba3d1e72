import Glibc
import Rollouts

/// A verb's output: results on standard output, everything else on standard error.
struct Console: Sendable {
  let isQuiet: Bool
  let isJSON: Bool
  /// Whether bars and colours are shown, which only a terminal can.
  let showsProgress: Bool

  init(quiet: Bool, json: Bool) {
    isQuiet = quiet
    isJSON = json
    showsProgress = !quiet && isatty(STDERR_FILENO) == 1
  }

  /// Prints a result for people, or a path.
  func print(_ text: String) {
    if !isQuiet { Self.write(text.showingControls().wrapped(at: Terminal.width()) + "\n") }
  }

  /// Prints a drawing made of characters, with our own control sequences.
  func print(styled text: String) {
    if !isQuiet { Self.write(text + "\n") }
  }

  /// Prints a written file, as its path or as JSON.
  func print(file path: String) { isJSON ? print(["file": .string(path)]) : print(path) }

  /// Prints a result as JSON.
  func print(_ json: JSON) { Self.write(json.pretty.showingControls() + "\n") }

  /// Prints text for other programs unchanged; only a terminal gets visible controls.
  static func writeData(_ text: String) {
    write(isatty(STDOUT_FILENO) == 1 ? text.showingControls() : text)
  }

  /// Prints what people like to know and scripts do not need.
  func note(_ text: String) {
    if !isQuiet { Self.writeError(text) }
  }

  /// Prints what went wrong.
  static func error(_ text: String) {
    writeError("reel: \(text)")
  }

  private static func writeError(_ text: String) {
    let width = Terminal.width(of: STDERR_FILENO)
    write(text.showingControls().wrapped(at: width) + "\n", to: STDERR_FILENO)
  }

  /// Writes all bytes to a file descriptor.
  static func write(_ text: String, to file: Int32 = STDOUT_FILENO) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        // Errors cannot be printed either; continuing would hide that output is missing.
        if file == STDERR_FILENO { return }
        Self.error("the output cannot be written: \(String(cString: strerror(errno)))")
        exit(ExitCode.failed.rawValue)
      }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// A list that is printed as JSON, a few elements at a time, without keeping any.
struct PrintedList {
  private var isEmpty = true

  mutating func add(_ elements: [JSON]) {
    guard !elements.isEmpty else { return }
    // The brackets around the elements are dropped.
    let lines = JSON.array(elements).pretty.dropFirst().dropLast(2)
    Console.write(((isEmpty ? "[" : ",") + lines).showingControls())
    isEmpty = false
  }

  /// Ends the list after the last element.
  func end() { Console.write(isEmpty ? "[]\n" : "\n]\n") }
}
