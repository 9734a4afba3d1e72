import Analysis
import Experiments
import Film
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// The comparison page's requests: `GET /api/compare/WHAT?runs=ID,ID`.
struct ComparePart: Sendable {
  let runs: OpenRuns

  /// The most runs that can be compared.
  private static let counts = 2...6

  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    guard request.method == "GET", words.count == 1, let what = words.first else {
      throw Refusal.missing("there is nothing at \(request.path)")
    }
    let ids = try request.text("runs").split(separator: ",").map(String.init)
    guard Self.counts.contains(ids.count), Set(ids).count == ids.count else {
      throw Refusal.invalid("choose two to six different runs to compare")
    }
    let chosen = try ids.map { try runs.run($0) }
    switch what {
    case "facts": return Response(try facts(of: chosen))
    case "chart": return try .orAbsent { try chart(of: chosen, request) }
    case "place": return Response(try place(in: chosen, request))
    case "difference": return try .pictureOrAbsent { try difference(of: chosen, request) }
    case "play": return try play(chosen, request)
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }

  // MARK: Numbers

  /// The runs, and the settings and facts in which they differ.
  private func facts(of runs: [OpenRun]) throws -> JSON {
    let facts = try runs.map { try $0.read { try $0.facts() } }
    var rows: [JSON] = []
    func add(_ name: String, _ values: [JSON?]) {
      guard values.contains(where: { $0 != values[0] }) else { return }
      rows.append(["name": .string(name), "values": .array(values.map { $0 ?? .null })])
    }
    for name in [
      "world", "map_name", "trainer", "preset", "seed", "purpose", "steps", "episodes",
      "mean_return_last_100", "max_return",
    ] {
      add(name, facts.map { $0[name] })
    }
    var names: [String] = []
    for case .object(let members)? in facts.map({ $0["settings"] }) {
      names += members.map(\.key).filter { !names.contains($0) }
    }
    for name in names { add(name, facts.map { $0["settings"]?[name] }) }
    return [
      "runs": .array(
        zip(runs, facts).map { run, facts in
          .object(
            [.init("id", .string(run.id)), .init("name", .string(Files.stem(run.path)))]
              + ["title", "file", "steps", "episodes", "status", "has_steps", "mind"].compactMap {
                name in facts[name].map { .init(name, $0) }
              })
        }), "differences": .array(rows),
    ]
  }

  /// A line for each run.
  private func chart(of runs: [OpenRun], _ request: Request) throws -> JSON {
    let wanted = try request.chart(request.cardTheme())
    var options = RunCurves.Options()
    options.progress = wanted.progress
    if !wanted.metric.isEmpty { options.measure = .metric(wanted.metric) }
    let curves = try RunCurves(of: RunGroups(runs.map(\.path), by: "file"), options)
    let chart = curves.chart(title: "", theme: wanted.theme, scales: AxisScales())
    return .object(try RunPart.drawn(chart, wanted.width, wanted.height))
  }

  /// Where each run was after a number of steps, episodes or seconds.
  private func place(in runs: [OpenRun], _ request: Request) throws -> JSON {
    let clock = try request.text("clock")
    guard let progress = Curve.Progress(rawValue: clock) else {
      throw Refusal.invalid("a clock counts steps, episodes or time, not '\(clock)'")
    }
    guard let at = Double(try request.text("at")), at.isFinite, at >= 0 else {
      throw Refusal.invalid("the clock's place must be a number")
    }
    return .array(
      try runs.map { run in try run.read { try $0.episode(at: at, by: progress) } })
  }

  // MARK: Pictures

  /// The second run's map minus the first's.
  private func difference(of runs: [OpenRun], _ request: Request) throws -> Response {
    var options = HeatMapPictures.Options()
    (options.theme, options.size) = (try request.cardTheme(), try request.size(usual: 480))
    options.title = "\(Files.stem(runs[0].path)) − \(Files.stem(runs[1].path))"
    let pictures = try HeatMapPictures(of: Recording(runs[0].path), options, by: self.runs.tables)
    let picture = try pictures.picture(at: .end, minus: .recording(runs[1].path, .end))
    return Response(try pictures.drawing(of: picture).canvas().encodedPNG(), type: "image/png")
  }

  private func play(_ runs: [OpenRun], _ request: Request) throws -> Response {
    let episodes = try request.text("episodes").split(separator: ",").map { Int($0) ?? 0 }
    guard episodes.count == runs.count, episodes.allSatisfy({ $0 > 0 }) else {
      throw Refusal.invalid("name one episode for each run")
    }
    return Response(
      CompareStream(
        of: Array(zip(runs, episodes)), from: try request.t(), try request.stepsPerSecond(),
        try request.pictureOptions()), type: "application/octet-stream")
  }
}
