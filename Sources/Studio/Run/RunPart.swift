import Analysis
import Film
import Pictures
import Raster
import Replay
import Rollouts

/// The run page's requests: `GET /api/run/ID/WHAT`.
struct RunPart: Sendable {
  let runs: OpenRuns

  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    guard request.method == "GET", let id = words.first, words.count <= 2 else {
      throw Refusal.missing("there is nothing at \(request.path)")
    }
    let run = try runs.run(id)
    switch words.dropFirst().first {
    case nil: return Response(try run.read { try $0.facts() })
    case "episode":
      let word = try request.text("number")
      return Response(try run.read { try $0.episode(word) })
    case "place":
      let step = try request.step()
      return Response(try run.read { try $0.place(ofStep: step) })
    case "moment":
      let (episode, t) = try (request.episode(), request.t())
      return Response(try run.read { try $0.moment(episode, t: t) })
    case "stage": return try stage(of: run, request)
    case "play": return try play(run, request)
    case "save": return try Saving(run: run, request: request).file()
    case "curve": return try curve(of: run, request)
    case "strip": return try strip(of: run, request)
    case "values":
      let (episode, t) = try (request.episode(), request.t())
      return try .orAbsent { try run.inMind { try $0.thoughts(episode, t: t) } }
    case "map": return try .pictureOrAbsent { try map(of: run, request) }
    case "cell":
      let step = try request.step()
      let (row, column) = try (
        request.number("row", in: 0...1 << 20), request.number("column", in: 0...1 << 20)
      )
      return try .orAbsent { try run.inMind { try $0.cell(row: row, column: column, at: step) } }
    case "explanation":
      let step = try request.step()
      return try .orAbsent { try run.study { try $0.words(of: step) } }
    case "figure":
      let (step, theme) = (try request.step(), try request.cardTheme())
      let size = try request.size(usual: 900)
      return Response(
        try run.study { try $0.figure(of: step, size: size, theme: theme).svg() },
        type: "image/svg+xml")
    case "moments": return try .orAbsent { try run.study { try $0.allMoments() } }
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }

  private func stage(of run: OpenRun, _ request: Request) throws -> Response {
    let (episode, t) = try (request.episode(), request.t())
    let (options, attention) = (try request.pictureOptions(), request.query["attention"] != nil)
    return try .pictureOrAbsent {
      let png = try run.onStage { stage in
        try stage.png(episode: episode, t: t, options, withAttention: attention)
      }
      return Response(png, type: "image/png")
    }
  }

  private func play(_ run: OpenRun, _ request: Request) throws -> Response {
    let stream = PlayStream(
      of: run, episode: try request.episode(), t: try request.t(),
      stepsPerSecond: try request.stepsPerSecond(), try request.pictureOptions(),
      withAttention: request.query["attention"] != nil)
    return Response(stream, type: "application/octet-stream")
  }

  private func map(of run: OpenRun, _ request: Request) throws -> Response {
    let step = try request.step()
    var options = HeatMapPictures.Options()
    (options.theme, options.size) = (try request.cardTheme(), try request.size(usual: 560))
    if let style = request.query["style"] {
      guard let known = HeatMapChart.Style(rawValue: style) else {
        throw Refusal.invalid("there is no style '\(style)'")
      }
      options.style = known
    }
    let (png, board) = try run.inMind { mind in
      let map = try mind.map(at: step, options)
      let share = { (length: Double, whole: Int) in "\(length / Double(whole))" }
      let board = [
        share(map.board.x, map.canvas.width), share(map.board.y, map.canvas.height),
        share(map.board.width, map.canvas.width), share(map.board.height, map.canvas.height),
        "\(map.rows)", "\(map.columns)",
      ]
      return (map.canvas.encodedPNG(), board.joined(separator: " "))
    }
    var response = Response(png, type: "image/png")
    // The cells as shares of the picture, and their number.
    response.headers.append(("X-Reel-Board", board))
    return response
  }

  private func curve(of run: OpenRun, _ request: Request) throws -> Response {
    let chart = try request.chart(request.cardTheme())
    return try .orAbsent {
      .object(try run.read { try Self.drawn($0.chart(chart).chart, chart.width, chart.height) })
    }
  }

  private func strip(of run: OpenRun, _ request: Request) throws -> Response {
    let (episode, theme) = (try request.episode(), try request.cardTheme())
    let (width, height) = try request.area()
    return Response(
      try run.read { desk in
        let (x, y) = try desk.strip(episode)
        var chart = Chart(
          title: "", x: Axis("Step", 0...max(1, x.last ?? 1)), y: .covering("Return", [y]),
          theme: theme)
        chart.layers = [.line(x: x, y: y, theme.accent, Stroke(width: 2))]
        let numbers: [JSON.Member] = [
          .init("xs", .array(x.map(JSON.number))), .init("ys", .array(y.map(JSON.number))),
        ]
        return .object(try Self.drawn(chart, width, height) + numbers)
      })
  }

  /// A chart as SVG, with the place of its data.
  static func drawn(
    _ chart: Chart, _ width: Int, _ height: Int
  ) throws -> [JSON.Member] {
    var chart = chart
    (chart.width, chart.height) = (width, height)
    // The page shows title and legend, and draws its own marks there.
    chart.y.label = ""
    let area = Rect(x: 0, y: 0, width: Double(width), height: Double(height))
    let plot = chart.plot(in: area, on: try Canvas(width: 1, height: 1))
    func numbers(_ range: ClosedRange<Double>) -> JSON {
      [.number(range.lowerBound), .number(range.upperBound)]
    }
    return [
      .init("svg", .string(String(decoding: try chart.svg(), as: UTF8.self))),
      .init("width", .integer(width)), .init("height", .integer(height)),
      .init("plot", [.number(plot.x), .number(plot.y), .number(plot.width), .number(plot.height)]),
      .init("x", numbers(chart.x.range)), .init("y", numbers(chart.y.range)),
      .init("label", .string(chart.x.label)),
    ]
  }
}

extension Request {
  func episode() throws(Refusal) -> Int { try number("episode", in: 1...1 << 53) }
  func t() throws(Refusal) -> Int { try number("t", in: 0...1 << 53) }
  func step() throws(Refusal) -> Int { try number("step", in: 0...1 << 53) }

  /// The longer side of a picture, at most that of a large screen.
  func size(usual: Int) throws(Refusal) -> Int { try number("size", in: 64...2400, usual: usual) }

  /// The requested curve.
  func chart(_ theme: Theme) throws(Refusal) -> ChartRequest {
    var wanted = ChartRequest()
    wanted.theme = theme
    wanted.metric = query["metric"] ?? ""
    (wanted.width, wanted.height) = try area()
    if let along = query["along"] {
      guard let progress = Curve.Progress(rawValue: along) else {
        throw Refusal.invalid("a curve runs along steps, episodes or time, not '\(along)'")
      }
      wanted.progress = progress
    }
    return wanted
  }

  /// The playback speed: ten steps per second at speed 1.
  func stepsPerSecond() throws(Refusal) -> Double {
    guard let speed = Double(try text("speed")), (0.05...1000).contains(speed) else {
      throw .invalid("a speed must be a number from 0.05 to 1000")
    }
    return 10 * speed
  }

  /// How a frame is drawn.
  func pictureOptions() throws(Refusal) -> PictureOptions {
    var options = PictureOptions(
      size: try size(usual: 640), theme: try cardTheme(), showsCaption: false)
    if let look = query["look"] { options.look = .init(rawValue: look) }
    if let camera = query["camera"] { options.camera = .init(rawValue: camera) }
    return options
  }

  /// The size of a chart.
  fileprivate func area() throws(Refusal) -> (width: Int, height: Int) {
    (
      try number("width", in: 200...3000, usual: 900),
      try number("height", in: 80...2000, usual: 300)
    )
  }

  /// The theme of a page.
  func theme() throws(Refusal) -> Theme {
    switch query["theme"] {
    case nil, "light": .light
    case "dark": .dark
    case let name?: throw .invalid("there is no theme '\(name)'")
    }
  }

  /// The same for pictures on a card, with the card's background.
  func cardTheme() throws(Refusal) -> Theme {
    var theme = try theme()
    theme.background = theme.surface
    return theme
  }
}
