package import Raster

/// Counts of several things.
package struct Histogram: Sendable, Equatable {
  /// What was counted, such as "action".
  package let subject: String
  /// The things' names; empty if they are numbers from 0.
  package let names: [String]
  /// The count of each.
  package let counts: [Int]

  /// Counts of things of one kind.
  package init(of subject: String, names: [String] = [], counts: [Int]) {
    precondition(names.isEmpty || names.count == counts.count, "a name for each or for none")
    self.subject = subject
    self.names = names
    self.counts = counts
  }

  /// The sum of all counts.
  package var total: Int { counts.reduce(0, +) }

  /// The counts as a bar chart.
  package func chart(title: String, subtitle: String, theme: Theme = .light) -> Chart {
    let last = Double(counts.count - 1)
    var chart = Chart(
      title: title, subtitle: subtitle,
      x: Axis(subject.prefix(1).uppercased() + subject.dropFirst(), -0.6...last + 0.6),
      y: Axis("Steps", 0...Double(max(1, counts.max() ?? 1)) * 1.05), theme: theme)
    // More names than these would overlap.
    if names.count <= 12 { chart.x.names = names }
    chart.layers = [
      .bars(
        x: counts.indices.map(Double.init), heights: counts.map(Double.init),
        width: counts.count > 200 ? 1 : 0.8, theme.accent)
    ]
    return chart
  }

  /// The counts as CSV, one thing per row.
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
