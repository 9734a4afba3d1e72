import Glibc
import Platform
import Rollouts

/// Many runs of one subject: every combination of some settings, or random combinations, each with
/// every seed.
package struct Sweep: Sendable {
  /// How combinations are chosen.
  package enum Search: Sendable, Equatable {
    /// Every combination.
    case grid
    /// A number of random ones: the same seed draws the same.
    case random(Int, seed: UInt64)
  }

  /// A larger sweep is taken for a mistake.
  package static let most = 100_000

  /// The run, without its seed and the settings that vary.
  package var run: ManifestTask.NewRun
  package var steps: Int?
  package var episodes: Int?
  package var seeds: [UInt64]
  package var search = Search.grid
  package var tags: [String] = []
  package var note = ""
  private let axes: [Axis]

  /// A sweep over settings as they are typed: a name with comma-separated values, or a name given
  /// several times.
  package init(
    _ run: ManifestTask.NewRun, seeds: [UInt64], settings: [(name: String, value: String)],
    in catalog: Catalog = .builtIn
  ) throws {
    (self.run, self.seeds) = (run, seeds)
    // All texts have the same settings.
    let plan = try catalog.plan(
      PlanRequest(run.subject, map: run.map, preset: run.preset, policy: run.policy))
    let kinds = Dictionary(
      plan.explained.map { ($0.member.key, $0.kind) }, uniquingKeysWith: { first, _ in first })
    var axes: [Axis] = []
    for (name, value) in settings {
      let choices = try Axis.Choice.parse(value, of: name, kinds[name])
      if let place = axes.firstIndex(where: { $0.name == name }) {
        axes[place].choices += choices
      } else {
        axes.append(Axis(name: name, choices: choices))
      }
    }
    self.axes = axes
  }

  /// The names of the settings that vary.
  package var varied: [String] { axes.filter(\.varies).map(\.name) }

  /// Every run. Settings that do not fit together are refused before any run begins.
  package func tasks(in catalog: Catalog = .builtIn) throws -> [ManifestTask] {
    let combinations = try combinations()
    let (count, overflow) = combinations.count.multipliedReportingOverflow(by: seeds.count)
    guard !overflow, count <= Self.most else {
      throw RunError.request(
        "a sweep has at most \(NumberFormat.count(Self.most)) runs; these are \(combinations.count) "
          + "combinations of \(seeds.count) seeds")
    }
    var names: [String: Int] = [:]
    return try combinations.flatMap { values in
      var task = ManifestTask(.new(run), output: "")
      task.settings = zip(axes, values).map { JSON.Member($0.name, Self.json(typed: $1)) }
      (task.steps, task.episodes) = (steps, episodes)
      (task.tags, task.note) = (tags, note)
      _ = try catalog.plan(Manifest("").request(for: task, run))
      let stem = unique(stem(of: values), &names)
      return seeds.map { seed in
        var (task, run) = (task, run)
        run.seed = seed
        (task.start, task.output) = (.new(run), "\(stem)-s\(seed).sqlite")
        return task
      }
    }
  }

  /// Values of every setting, combination by combination; in a grid the last setting changes fastest.
  private func combinations() throws -> [[String]] {
    switch search {
    case .grid:
      var all: [[String]] = [[]]
      for axis in axes {
        let values = try axis.values
        guard all.count * values.count <= Self.most else {
          throw RunError.request(
            "a sweep has at most \(NumberFormat.count(Self.most)) runs; --search random:50 draws some"
          )
        }
        all = all.flatMap { start in values.map { start + [$0] } }
      }
      return all
    case .random(let count, let seed):
      let generator = Generator(seed: seed)
      var (all, known) = ([[String]](), Set<[String]>())
      // A few values may give fewer combinations than requested.
      for attempt in 0..<100 * count where all.count < count {
        let values = axes.enumerated().map { place, axis in
          axis.draw(generator.draws(for: .search, episode: attempt, t: place))
        }
        if known.insert(values).inserted { all.append(values) }
      }
      return all
    }
  }

  /// The file name of a combination: the settings that vary, cut to the length of a name.
  private func stem(of values: [String]) -> String {
    let parts = zip(axes, values).filter(\.0.varies).map { axis, value in
      axis.name + String(value.map { $0.isLetter || $0.isNumber || ".-".contains($0) ? $0 : "_" })
    }
    let stem = ([run.subject] + parts).joined(separator: "-")
    return stem.utf8.count <= 160 ? stem : String(stem.prefix(120))
  }

  private func unique(_ stem: String, _ names: inout [String: Int]) -> String {
    names[stem, default: 0] += 1
    return names[stem] == 1 ? stem : "\(stem)-\(names[stem] ?? 0)"
  }

  /// A value as a manifest keeps it: a number if it is typed as one.
  private static func json(typed text: String) -> JSON {
    if let whole = Int(text), "\(whole)" == text { return .integer(whole) }
    if let number = Double(text), JSON.number(number).compact == text { return .number(number) }
    return .string(text)
  }
}

/// A setting, and its possible values in a sweep.
private struct Axis: Sendable {
  var name: String
  var choices: [Choice]

  enum Choice: Sendable, Equatable {
    case value(String)
    /// A range of numbers, optionally logarithmic, and optionally of whole numbers.
    case range(ClosedRange<Double>, isLogarithmic: Bool, isWhole: Bool)
  }

  var varies: Bool {
    if case .value = choices[0], choices.count == 1 { false } else { true }
  }

  /// The values of a grid.
  var values: [String] {
    get throws {
      try choices.map { choice in
        guard case .value(let value) = choice else {
          throw RunError.request(
            "a range of \(name) is for --search random:N, which draws from it")
        }
        return value
      }
    }
  }

  /// One of the choices, all equally likely.
  func draw(_ draws: Draws) -> String {
    switch choices[draws.pick(0, below: choices.count)] {
    case .value(let value): value
    case .range(let range, let isLogarithmic, let isWhole):
      Self.draw(range, isLogarithmic, isWhole, draws)
    }
  }

  private static func draw(
    _ range: ClosedRange<Double>, _ isLogarithmic: Bool, _ isWhole: Bool, _ draws: Draws
  ) -> String {
    let share = Double(draws.word(1)) / 4_294_967_296
    let (low, high) = (range.lowerBound, range.upperBound)
    let value = isLogarithmic ? low * pow(high / low, share) : low + (high - low) * share
    if isWhole { return "\(Int(min(high, max(low, value.rounded()))))" }
    return "\(min(high, max(low, value.rounded(toDigits: 4))))"
  }
}

extension Axis.Choice {
  /// Parses comma-separated values, `uniform(low,high)` or `loguniform(low,high)`.
  fileprivate static func parse(_ text: String, of name: String, _ kind: SettingKind?) throws
    -> [Self]
  {
    for (word, isLogarithmic) in [("uniform(", false), ("loguniform(", true)]
    where text.hasPrefix(word) && text.hasSuffix(")") {
      let ends = text.dropFirst(word.count).dropLast().split(separator: ",").map { Double($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low.isFinite, high.isFinite,
        low < high, !isLogarithmic || low > 0
      else {
        throw RunError.request(
          "\(name)=\(word)low,high) has two numbers, the smaller first, not '\(text)'")
      }
      var isWhole = false
      if case .count? = kind { isWhole = true }
      return [.range(low...high, isLogarithmic: isLogarithmic, isWhole: isWhole)]
    }
    // A value that is a list has commas of its own: other values are given with further --set.
    if case .counts? = kind { return [.value(text)] }
    let parts = split(text)
    guard parts.allSatisfy({ !$0.isEmpty }) || parts.count == 1 else {
      throw RunError.request("\(name) has an empty value in '\(text)'")
    }
    return parts.map(Self.value)
  }

  /// The parts between commas that are not in parentheses.
  private static func split(_ text: String) -> [String] {
    var (parts, depth) = ([""], 0)
    for letter in text {
      if letter == "(" { depth += 1 }
      if letter == ")" { depth -= 1 }
      if letter == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(letter)
      }
    }
    return parts
  }
}

extension Double {
  /// The number rounded to a few significant digits, so that a drawn setting is readable.
  fileprivate func rounded(toDigits digits: Int) -> Double {
    guard self != 0 else { return 0 }
    let scale = pow(10, Double(digits - 1) - floor(log10(abs(self))))
    return (self * scale).rounded() / scale
  }
}
