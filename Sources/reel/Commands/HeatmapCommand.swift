import Analysis
import Experiments
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// Draws what a Q-table or a network knows at any step, or how two of them differ.
struct HeatmapCommand: Command {
  static let name = "heatmap"
  static let summary = "draw what was learned: values, arrows, visits, differences, at any step"
  static let group = CommandGroup.draw
  static let examples = [
    "reel heatmap recordings/lake.sqlite",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.png --at 50%",
    "reel heatmap recordings/lake.sqlite -o output/lake-q.gif --frames 40",
    "reel heatmap recordings/lake.sqlite --minus 50% -o output/lake-late.png",
    "reel heatmap recordings/a.sqlite --minus recordings/b.sqlite -o output/a-b.png",
    "reel heatmap recordings/lake.sqlite --of settled -o output/lake-settled.png",
    "reel heatmap recordings/lake.sqlite --of actions -o output/lake-actions.png",
    "reel heatmap recordings/written.sqlite --of attention -o output/attention.png",
    "reel heatmap recordings/city.sqlite --target A2 -o output/city-value.png",
  ]

  private let file: String
  private let at: String?
  private let subject: Subject
  private let minus: String?
  private let episode: Int?
  private let options: HeatMapPictures.Options
  private let frames: Int?
  private let framesPerSecond: Double
  private let output: String?
  private let force: Bool

  /// What is drawn.
  private enum Subject {
    case map(HeatMap.Quantity)
    case histogram(RecordedHistogram.Kind)
    case attention

    static let names =
      HeatMap.Quantity.allCases.map(\.rawValue) + RecordedHistogram.Kind.allCases.map(\.rawValue)
      + [AttentionMaps.word]

    init(_ name: String?) {
      if let kind = name.flatMap(RecordedHistogram.Kind.init(rawValue:)) {
        self = .histogram(kind)
      } else if name == AttentionMaps.word {
        self = .attention
      } else {
        self = .map(name.flatMap(HeatMap.Quantity.init(rawValue:)) ?? .values)
      }
    }
  }

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    at = try arguments.option(
      "--at", value: "STEP", help: "a step, N%, end (default) or, for networks, best")
    subject = Subject(
      try arguments.option(
        "--of", value: "WHAT", choices: Subject.names,
        help: "what the colours show (default values); states and actions draw bars, attention "
          + "shows where a text's model looked"))
    minus = try arguments.option(
      "--minus", value: "OTHER",
      help: "show the difference to another step (N, N%), or to another FILE or FILE@STEP")
    episode = try arguments.count(
      "--episode", in: 1...Int.max, help: "for attention: which text (default the first)")
    var options = HeatMapPictures.Options()
    let style = try arguments.option(
      "--style", value: "STYLE", choices: HeatMapChart.Style.allCases.map(\.rawValue),
      help: "what is drawn in the cells (default arrows)")
    options.style = style.flatMap(HeatMapChart.Style.init(rawValue:)) ?? .arrows
    options.places.target = try arguments.option(
      "--target", value: "NAME", choices: PainterTable.builtIn.targets,
      help: "the car's target (default A1)")
    options.places.heading = try arguments.number(
      "--heading", value: "DEGREES", in: -360...360,
      help: "the car's heading, counter-clockwise from the right (default: the best one)")
    options.places.like = try arguments.count(
      "--like", value: "STEP", in: 0...Int.max,
      help: "the snake as it lay at this step (default: as a game starts)")
    frames = try arguments.count(
      "--frames", in: 2...10_000, help: "frames of a film of the growing table (default 40)")
    framesPerSecond =
      try arguments.number(
        "--fps", value: "N", in: 0.01...50, help: "frames per second of a film (default 8)") ?? 8
    options.size = try arguments.count(
      "--size", in: 64...4096, help: "longer side in pixels (default: depends on the table)")
    options.theme = try Theme(&arguments)
    options.title = try arguments.option(
      "--title", value: "TEXT", help: "default: what is shown, the world and the trainer")
    if case .map(let quantity) = subject { options.quantity = quantity }
    self.options = options
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help:
        "a .png, .svg or .csv, or a film of the growing table: .gif, .mp4 or .webm; default: "
        + "draw the table in the terminal")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    switch subject {
    case .histogram(let kind): return try draw(kind, of: recording, console)
    case .attention: return try drawAttention(recording, console)
    case .map: return try drawMap(of: recording, console)
    }
  }

  private func drawMap(of recording: Recording, _ console: Console) throws -> ExitCode {
    let pictures = try HeatMapPictures(of: recording, options)
    let moment = try RecordedMoment(option: "--at", at)
    if let output {
      let (drawings, ending) = (DrawingFile.endings + ["csv"], Files.ending(output))
      if Self.films.contains(ending) {
        return try film(pictures, until: moment, to: output, console)
      }
      guard drawings.contains(ending) else {
        throw PictureFileError.ending(output, known: (drawings + Self.films).sorted())
      }
    }
    if frames != nil { throw Failure.usage("--frames makes a film", "name a .gif or .mp4 with -o") }
    let picture = try pictures.picture(at: moment, minus: minus.map(subtrahend))
    guard let output else {
      if console.isJSON {
        console.print(Self.json(picture.map, title: pictures.title(of: picture)))
        return .done
      }
      guard picture.map.columns <= Self.mostTerminalColumns else {
        throw Failure.usage("such a map does not fit a terminal", "-o FILE.png draws it")
      }
      console.print("\(pictures.title(of: picture)), \(picture.subtitle)\n")
      console.print(styled: picture.map.text(.here, scale: picture.scale))
      return .done
    }
    try DrawingFile(output, replacing: force).write(pictures.drawing(of: picture)) {
      picture.map.csv
    }
    console.print(file: output)
    return .done
  }

  /// The formats of a film of the growing table.
  private static let films = ["gif", "mp4", "webm"]

  /// A map's numbers, row by row; null where nothing was learned.
  private static func json(_ map: HeatMap, title: String) -> JSON {
    let values = (0..<map.rows).map { row in
      JSON.array(
        (0..<map.columns).map { column in
          map.value(row, column).flatMap { $0.isFinite ? JSON.number($0) : nil } ?? .null
        })
    }
    return [
      "title": .string(title), "rows": .integer(map.rows), "columns": .integer(map.columns),
      "values": .array(values),
    ]
  }

  /// Maps with more columns than this are drawn only as pictures.
  private static let mostTerminalColumns = 128

  /// What `--minus` names: another step of this recording, or another recording, FILE or FILE@STEP.
  private func subtrahend(_ text: String) throws -> HeatMapPictures.Subtrahend {
    if Double(text.last == "%" ? text.dropLast() : text[...]) != nil {
      return .moment(try RecordedMoment(option: "--minus", text))
    }
    let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
    if Files.exists(text) || parts.count < 2 { return .recording(text, .end) }
    return .recording(parts[0], try RecordedMoment(option: "--minus", parts[1]))
  }

  private func film(
    _ pictures: HeatMapPictures, until moment: RecordedMoment, to path: String, _ console: Console
  ) throws -> ExitCode {
    if minus != nil { throw Failure.usage("--minus shows one difference, and a film many steps") }
    var options = FilmFile.Options()
    (options.framesPerSecond, options.force) = (framesPerSecond, force)
    let file = try FilmFile(path, options)
    let outcome = try console.filming("filming \(path)") { progress in
      try file.write(
        pictures.film(frames: frames ?? 40, until: moment), framesPerSecond: framesPerSecond,
        progress: progress)
    }
    outcome.print(console)
    return .done
  }

  // MARK: Pictures that are no maps

  private func drawAttention(_ recording: Recording, _ console: Console) throws -> ExitCode {
    guard let output else {
      throw Failure.usage("attention does not fit a terminal", "-o FILE.png draws it")
    }
    let maps = try AttentionMaps(of: recording, episode: episode, after: try tokens())
    let picture = maps.picture(title: options.title, size: options.size, theme: options.theme)
    try DrawingFile(output, replacing: force).write(picture) { maps.csv }
    console.print(file: output)
    return .done
  }

  /// The number of tokens after which `--at` shows attention; nil for all.
  private func tokens() throws -> Int? {
    guard let at, at != "end", at != "last" else { return nil }
    guard let tokens = Int(at), tokens >= 0 else {
      throw Failure.usage("--at takes a number of tokens or end, not '\(at)'")
    }
    return tokens
  }

  private func draw(
    _ kind: RecordedHistogram.Kind, of recording: Recording, _ console: Console
  ) throws -> ExitCode {
    let places = options.places
    if minus != nil || frames != nil || places.target != nil || places.heading != nil
      || places.like != nil
    {
      throw Failure.usage("a histogram takes only --at, --size, --theme and --title")
    }
    let found = try RecordedHistogram(
      kind, of: recording, before: recording.step(at: RecordedMoment(option: "--at", at)))
    guard let output else {
      let histogram = found.histogram
      if console.isJSON {
        console.print([
          "subject": .string(histogram.subject),
          "names": .array(histogram.counts.indices.map { .string(histogram.name($0)) }),
          "counts": .array(histogram.counts.map(JSON.integer)),
        ])
      } else {
        console.print(text(found))
      }
      return .done
    }
    let chart = found.histogram.chart(
      title: options.title ?? found.run.chartTitle, subtitle: found.subtitle, theme: options.theme)
    try DrawingFile(output, replacing: force).write(chart) { found.histogram.csv }
    console.print(file: output)
    return .done
  }

  /// The most frequent, with bars.
  private func text(_ found: RecordedHistogram) -> String {
    let histogram = found.histogram
    let most = histogram.counts.max() ?? 1
    let shown = histogram.counts.indices.sorted {
      (histogram.counts[$1], $0) < (histogram.counts[$0], $1)
    }.prefix(20)
    var table = TextTable([histogram.subject, "steps", "share", ""], right: [1, 2])
    for index in shown where histogram.counts[index] > 0 {
      let length = Int((Double(histogram.counts[index]) / Double(max(1, most)) * 40).rounded())
      table.add([
        histogram.name(index), "\(histogram.counts[index])",
        "\(NumberFormat.decimal(histogram.share(index) * 100, 1)) %",
        String(repeating: "#", count: length),
      ])
    }
    return "\(found.run.chartTitle), \(found.subtitle)\n\n\(table.text)"
  }
}
