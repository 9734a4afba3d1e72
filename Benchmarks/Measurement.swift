import Platform
package import Rollouts

/// The result of a figure in one run.
package struct Measurement: Sendable {
  package var name: String
  package var figure: Double
  package var unit: String
  /// The limit; nil for a description of the machine.
  package var limit: Double?
  package var isRate = true
  /// Whether it meets the limit.
  package var isMet = true
  package var peer: (name: String, figure: Double)?
  /// How many times as fast as the peer.
  package var ratio: Double?
  /// The share of the machine's capacity that was used, and which one.
  package var share: (part: Double, of: String)?
  /// The promise, as tables show it, and whether it was kept.
  package var promise: (text: String, isKept: Bool)?

  init(name: String, figure: Double, unit: String) {
    (self.name, self.figure, self.unit) = (name, figure, unit)
  }

  /// Compares the figure with the promise. A promise that depends on a missing peer cannot be broken.
  mutating func keep(_ promise: Promise?, isRate: Bool) {
    switch promise {
    case .figure(let value)?:
      let isKept = isRate ? figure >= value : figure <= value
      self.promise = ("\(isRate ? "≥" : "≤") \(Self.shown(value))", isKept)
    case .timesPeer(let times)?:
      self.promise = ("≥ \(Self.shown(times)) ×", ratio.map { $0 >= times } ?? true)
    case nil: break
    }
  }

  /// Whether no promise is broken.
  package var isKept: Bool { promise?.isKept ?? true }

  /// A line for a terminal.
  package var line: String {
    var words = [name + String(repeating: " ", count: max(0, 44 - name.count)), measured]
    if let limit { words.append("(\(bound(limit)))") }
    if limit != nil { words.append(!isKept ? "PROMISE BROKEN" : isMet ? "ok" : "missed") }
    if let peer, let ratio {
      words.append("\(Self.shown(ratio)) × \(peer.name)'s \(Self.shown(peer.figure))")
    }
    if let share { words.append("\(Self.percent(share.part)) of \(share.of)") }
    return words.joined(separator: "  ")
  }

  /// A row of a table in Markdown.
  var row: String {
    // A promise is more than an expectation.
    let expected = limit.map(bound).flatMap { $0 == promise?.text ? nil : $0 }
    let limits = [expected, promise.map { "**\($0.text)**" }].compactMap(\.self)
    let cells = [
      name, measured, peer.map { "\($0.name): \(Self.shown($0.figure))" } ?? "",
      ratio.map(Self.shown) ?? "",
      share.map { "\(Self.percent($0.part)) of \($0.of)" } ?? "",
      limits.joined(separator: ", ") + (isMet && isKept ? "" : " *missed*"),
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private var measured: String { "\(Self.shown(figure)) \(unit)" }

  private func bound(_ limit: Double) -> String { "\(isRate ? "≥" : "≤") \(Self.shown(limit))" }

  private static func percent(_ part: Double) -> String {
    NumberFormat.decimal(part * 100, 0) + " %"
  }

  private static func shown(_ value: Double) -> String {
    abs(value) >= 1000 ? NumberFormat.count(Int(value)) : NumberFormat.short(value)
  }
}

extension Measurement {
  /// The JSON that `reel bench --json` prints.
  package var json: JSON {
    [
      "name": .string(name), "figure": .number(figure), "unit": .string(unit),
      "limit": limit.map(JSON.number) ?? .null, "is_rate": .bool(isRate), "ok": .bool(isMet),
      "peer": peer.map { .number($0.figure) } ?? .null,
      "peer_name": peer.map { .string($0.name) } ?? .null,
      "ratio": ratio.map(JSON.number) ?? .null,
      "share": share.map { .number($0.part) } ?? .null,
      "share_of": share.map { .string($0.of) } ?? .null,
      "promise": promise.map { .string($0.text) } ?? .null,
      "promise_kept": promise.map { .bool($0.isKept) } ?? .null,
    ]
  }

  /// Parses `json`; nil if it is something else.
  init?(_ json: JSON) {
    guard let name = json["name"]?.text, let figure = json["figure"]?.double,
      let unit = json["unit"]?.text
    else { return nil }
    self.init(name: name, figure: figure, unit: unit)
    limit = json["limit"]?.double
    isRate = json["is_rate"] != .bool(false)
    isMet = json["ok"] != .bool(false)
    if let other = json["peer"]?.double, let called = json["peer_name"]?.text {
      peer = (called, other)
    }
    ratio = json["ratio"]?.double
    if let part = json["share"]?.double, let whole = json["share_of"]?.text {
      share = (part, whole)
    }
    if let text = json["promise"]?.text {
      promise = (text, json["promise_kept"] != .bool(false))
    }
  }
}

/// The table of docs/benchmarks.md.
package enum BenchmarkTable {
  /// The lines around the table in a document.
  package static let (begin, end) = ("<!-- figures -->", "<!-- end of figures -->")

  /// The table of a run that `reel bench --json` printed; nil if the text is something else.
  package static func markdown(of text: String) -> String? {
    guard case .array(let rows)? = try? JSON(parsing: text) else { return nil }
    let figures = rows.compactMap(Measurement.init(_:))
    guard figures.count == rows.count else { return nil }
    let head = [
      "| figure | measured | peer | ratio | of what the machine can do | limit |",
      "|---|---|---|---|---|---|",
    ]
    return (head + figures.map(\.row)).map { $0 + "\n" }.joined()
  }
}
