import Glibc

/// Another way to do what a figure measures.
package struct Peer: Sendable {
  /// Its name in tables, unless its program prints another one.
  package var name: String
  /// Whether it is measured again after each measurement of the figure.
  package var isPaired = false
  private var measure: @Sendable () -> Answer?

  /// A function of `Benchmarks/peers/peers.py`, which measures for three seconds.
  static func python(_ name: String, _ function: String) -> Peer {
    Peer(name: name) { answer(printedBy: "python3 Benchmarks/peers/peers.py \(function)") }
  }

  /// Q-learning in C, recorded by SQLite's prepared statements or not at all.
  static func c(_ name: String, isRecorded: Bool) -> Peer {
    Peer(name: name, isPaired: true) {
      guard let program else { return nil }
      guard isRecorded else { return answer(printedBy: program) }
      return try? Scratch.use { answer(printedBy: "\(program) \($0)/c.sqlite") }
    }
  }

  /// A figure, and its name if there were several ways.
  struct Answer {
    var figure: Double
    var name: String?
  }

  /// Its figure; nil if it is not installed.
  func answer() -> Answer? { measure() }

  /// The output of a command: a number, and optionally a name.
  private static func answer(printedBy command: String) -> Answer? {
    guard let output = popen("\(command) 2>/dev/null", "r") else { return nil }
    defer { pclose(output) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, output) != nil else { return nil }
    let text = String(
      decoding: line.map { UInt8(bitPattern: $0) }.prefix { $0 >= 32 }, as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard let figure = words.first.flatMap(Double.init) else { return nil }
    return Answer(figure: figure, name: words.count > 1 ? words[1] : nil)
  }

  /// The compiled peer; nil if there is no compiler, or no SQLite header.
  private static let program: String? = try? Scratch.use { folder in
    let command =
      "cc -O3 -march=native Benchmarks/peers/qtable.c -lsqlite3 -lm -o '\(folder)/qtable'"
    return system("\(command) >/dev/null 2>&1") == 0 ? "\(folder)/qtable" : nil
  }
}
