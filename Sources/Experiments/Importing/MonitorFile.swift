import Rollouts

/// Stable-Baselines3's `monitor.csv`: a line of JSON after a `#`, the names of the columns, then a line for each
/// episode with its return `r`, its length `l` and the seconds `t` at which it ended. A killed writer leaves
/// half a line; everything before it counts.
package struct MonitorFile: Sendable, Equatable {
  /// An episode, and its other columns.
  package struct Entry: Sendable, Equatable {
    package var `return`: Double
    package var steps: Int
    /// Seconds since 1970 if the file says when it began; else since the beginning.
    package var time: Double
    package var others: [(name: String, value: Double)]

    package static func == (one: Entry, other: Entry) -> Bool {
      one.return.bitPattern == other.return.bitPattern && one.steps == other.steps
        && one.time == other.time && one.others.map(\.name) == other.others.map(\.name)
    }
  }

  /// The environment's name; nil if the file does not say.
  package var world: String?
  /// When it began, in seconds since 1970.
  package var start = 0.0
  /// The episodes in order.
  package var entries: [Entry] = []
  /// The line from which on the file could not be read; nil if all could, except half a line at the end.
  package var damage: Int?

  /// Reads a file's bytes. Anything else is refused.
  package init(_ bytes: [UInt8]) throws(RunError) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    // A line without a line break may be half a line.
    lines.removeLast()
    func text(_ line: ArraySlice<UInt8>) -> Substring {
      let text = String(decoding: line, as: UTF8.self)
      return text.hasSuffix("\r") ? text.dropLast() : text[...]
    }
    if let first = lines.first, first.first == UInt8(ascii: "#") {
      let header = try? JSON(parsing: String(text(first).dropFirst()))
      world = header?["env_id"]?.text.flatMap { $0 == "None" ? nil : $0 }
      start = header?["t_start"]?.double.flatMap { $0.isFinite ? $0 : nil } ?? 0
      lines.removeFirst()
    }
    let names = lines.popFirst().map { text($0).split(separator: ",").map(String.init) } ?? []
    guard let r = names.firstIndex(of: "r"), let l = names.firstIndex(of: "l"),
      let t = names.firstIndex(of: "t")
    else { throw .run("is not a monitor.csv: its columns are not r, l and t") }
    func entry(_ line: ArraySlice<UInt8>) -> Entry? {
      let values = text(line).split(separator: ",", omittingEmptySubsequences: false)
      guard values.count == names.count, let reward = Self.number(values[r]),
        let steps = Int(values[l]), steps > 0, steps < 1 << 40,
        let time = Self.number(values[t]), time.isFinite
      else { return nil }
      let others = names.indices.filter { ![r, l, t].contains($0) }.compactMap { column in
        Self.number(values[column]).map { (names[column], $0) }
      }
      return Entry(return: reward, steps: steps, time: start + time, others: others)
    }
    for (place, line) in lines.enumerated() where !line.isEmpty {
      guard let entry = entry(line) else {
        damage = place + (start == 0 && world == nil ? 2 : 3)
        return
      }
      entries.append(entry)
    }
  }

  /// A number as Python writes it; True and False are 1 and 0.
  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "True": 1
    case "False": 0
    default: Double(text)
    }
  }
}
