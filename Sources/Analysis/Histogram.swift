package import Raster

/// How often each of several things was counted.
package struct Histogram: Sendable, Equatable {
  /// What was counted, as in "action".
  package let subject: String
  /// The things' names; none where they are numbers from 0.
  package let names: [String]
  /// How often each was counted.
  package let counts: [Int]

  /// The counts of things of a kind.
  package init(of subject: String, names: [String] = [], counts: [Int]) {
    precondition(names.isEmpty || names.count == counts.count, "a name for each or for none")
    self.subject = subject
    self.names = names
    self.counts = counts
  }

  /// How much was counted in all.
  package var total: Int { counts.reduce(0, +) }

  /// The counts as bars.
  package func chart(title: String, subtitle: String, theme: Theme = .light) -> Chart {
    let last = Double(counts.count - 1)
    var chart = Chart(
      title: title, subtitle: subtitle,
      x: Axis(subject.prefix(1).uppercased() + subject.dropFirst(), -0.6...last + 0.6),
      y: Axis("Steps", 0...Double(max(1, counts.max() ?? 1)) * 1.05), theme: theme)
    // More names than these would run into each other.
    if names.count <= 12 { chart.x.names = names }
    chart.layers = [
      .bars(
        x: counts.indices.map(Double.init), heights: counts.map(Double.init),
        width: counts.count > 200 ? 1 : 0.8, theme.accent)
    ]
    return chart
  }

  /// One thing a row.
  package var csv: String {
    var table = CSV([subject, "steps", "share"])
    for (index, count) in counts.enumerated() {
      table.add([name(index), String(count), CSV.number(share(index))])
    }
    return table.text
  }

  /// A thing's name or number.
  package func name(_ index: Int) -> String { names.isEmpty ? String(index) : names[index] }

  /// A thing's share of all.
  package func share(_ index: Int) -> Double { Double(counts[index]) / Double(max(1, total)) }
}
