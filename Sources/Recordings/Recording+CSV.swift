internal import Platform
internal import Rollouts
internal import SQLite

// Comma-separated values for spreadsheets and data frames: https://www.rfc-editor.org/rfc/rfc4180

extension Recording {
  /// Writes every transition, or those of an episode, as CSV with the columns of the view
  /// `rollout`; bytes are in hexadecimal.
  package func exportTransitions(
    of episode: Episode? = nil, _ write: ([UInt8]) throws -> Void
  ) throws {
    var csv = CSV()
    for name in [
      "step", "episode", "t", "state", "action", "action_name", "reward", "next_state", "ending",
    ] {
      csv.add(name)
    }
    try csv.endRow(write)
    let names = try description().world.actions.map(\.name)
    func add(_ step: RecordedStep) throws {
      csv.add(step.step)
      csv.add(step.episode)
      csv.add(step.t)
      csv.add(step.state)
      csv.add(step.action)
      if case .index(let action) = step.action, names.indices.contains(action) {
        csv.add(names[action])
      } else {
        csv.add("")
      }
      csv.add(step.reward)
      csv.add(step.next)
      csv.add(step.ending.name)
      try csv.endRow(write)
    }
    if let episode {
      try forEachStep(of: episode, add)
      return try csv.finish(write)
    }
    let end = try stepCount()
    // Reading all rows in one transaction would keep a writer's log growing meanwhile.
    var next = try firstStep(from: 0)
    while let first = next, first < end {
      let page = first..<min(end, first + 65_536)
      try forEachStep(in: page, add)
      next = try firstStep(from: page.upperBound)
    }
    try csv.finish(write)
  }

  /// Writes every episode as CSV.
  package func exportEpisodes(_ write: ([UInt8]) throws -> Void) throws {
    var csv = CSV()
    for column in EpisodeColumn.allCases where column.rawValue <= EpisodeColumn.ending.rawValue {
      csv.add(column.label)
    }
    try csv.endRow(write)
    try forEachEpisodes { episodes in
      for episode in episodes {
        csv.add(episode.number)
        if let seed = episode.seed { csv.add(seed) } else { csv.add("") }
        csv.add(episode.firstStep)
        csv.add(episode.stride)
        csv.add(episode.steps)
        csv.add(episode.return)
        csv.add(episode.ending.name)
        try csv.endRow(write)
      }
    }
    try csv.finish(write)
  }

  /// Writes every metric as CSV, in the order of recording; NaN becomes an empty field.
  package func exportMetrics(_ write: ([UInt8]) throws -> Void) throws {
    var csv = CSV()
    for column in MetricColumn.allCases { csv.add(column.label) }
    try csv.endRow(write)
    var first = 0
    while true {
      let metrics = try metrics(after: first, through: first + 4096)
      if metrics.isEmpty { break }
      for metric in metrics {
        csv.add(metric.step)
        csv.add(metric.name)
        if metric.value.isNaN { csv.add("") } else { csv.add(metric.value) }
        try csv.endRow(write)
      }
      first += metrics.count
    }
    try csv.finish(write)
  }
}

/// Rows of text, passed on in pieces.
private struct CSV {
  private var bytes: [UInt8] = []
  private var isAtStart = true
  private static let piece = 1 << 16

  init() { bytes.reserveCapacity(Self.piece + 4096) }

  mutating func endRow(_ write: ([UInt8]) throws -> Void) throws {
    bytes.append(UInt8(ascii: "\n"))
    isAtStart = true
    if bytes.count >= Self.piece { try finish(write) }
  }

  mutating func finish(_ write: ([UInt8]) throws -> Void) throws {
    if !bytes.isEmpty { try write(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func separate() {
    if !isAtStart { bytes.append(UInt8(ascii: ",")) }
    isAtStart = false
  }

  mutating func add(_ value: Int) {
    separate()
    bytes += "\(value)".utf8
  }

  /// The shortest text that parses to the same number.
  mutating func add(_ value: Double) {
    separate()
    bytes += "\(value)".utf8
  }

  mutating func add(_ value: Value) {
    switch value {
    case .index(let value): add(value)
    case .bytes(let value):
      separate()
      bytes += value.hexadecimal.utf8
    }
  }

  mutating func add(_ text: String) {
    separate()
    bytes += CSVText.field(text).utf8
  }
}
