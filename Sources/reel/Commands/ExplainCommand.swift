import Experiments
import Pictures
import Platform
import Raster
import Recordings
import Rollouts

/// Explains a step of a recording with its numbers, or an algorithm beside what a recording shows of it.
struct ExplainCommand: Command {
  static let name = "explain"
  static let summary = "explain any step of a recording with its numbers, or how an algorithm works"
  static let group = CommandGroup.study
  static let examples = [
    "reel explain recordings/maze.sqlite --at 5000",
    "reel explain recordings/maze.sqlite --episode best --t 3",
    "reel explain recordings/maze.sqlite --cell 2,1",
    "reel explain recordings/snake.sqlite --at 50% --json",
    "reel explain qtable", "reel explain dqn recordings/snake.sqlite",
  ]

  private let subject: String
  private let file: String?
  private let at: String?
  private let episode: String?
  private let t: Int?
  private let cell: String?
  private let output: String?
  private let size: Int?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    subject = try arguments.positional(
      "FILE", help: "a recording, or a topic: \(Self.topics.joined(separator: ", "))")
    file = try arguments.optionalPositional(
      "RECORDING",
      help: "for a topic: the recording that shows it (default: the newest in recordings/)")
    at = try arguments.option(
      "--at", value: "STEP", help: "the step's number, N% or end (default)")
    episode = try arguments.option(
      "--episode", value: "N",
      help: "a step of this episode: its number, first, last, best or worst")
    t = try arguments.count(
      "--t", value: "T", in: 0...Int.max,
      help: "with --episode: its step, counted from 0 (default the last)")
    cell = try arguments.option(
      "--cell", "--state", value: "ROW,COLUMN",
      help: "list every update of this state of a Q-table; x,y in CS188 grids")
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "a picture (.png, .svg) or an animation (.gif, .mp4, .webm)")
    size = try arguments.count("--size", in: 480...4096, help: "width in pixels (default 1280)")
    theme = try Theme(&arguments)
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
    if at != nil, episode != nil { throw Failure.usage("--at and --episode both name a step") }
    if t != nil, episode == nil { throw Failure.usage("--t needs --episode") }
  }

  static var topics: [String] { AlgorithmTopic.all.map(\.trainerName) }

  func run(_ console: Console) throws -> ExitCode {
    if !Files.exists(subject),
      let topic = AlgorithmTopic.all.first(where: { $0.trainerName == subject })
    {
      if at != nil || episode != nil || cell != nil {
        throw Failure.usage(
          "--at, --episode and --cell are for a recording, and \(subject) is a topic")
      }
      if output != nil {
        throw Failure.usage(
          "-o draws a step of a recording, and \(subject) is a topic, which is text",
          "reel explain FILE --at STEP -o …")
      }
      return try explain(topic, console)
    }
    if let file {
      throw Failure.usage("unexpected argument '\(file)': explain takes one recording")
    }
    guard Files.exists(subject) || subject.contains("/") || Files.ending(subject) == "sqlite" else {
      throw Failure.usage(
        "there is no file and no topic '\(subject)'", didYouMean(subject, among: Self.topics))
    }
    let recording = try Recording(subject)
    if let cell { return try explain(cell: cell, of: recording, console) }
    let step = try step(of: recording)
    let explanation = try console.withBar("explaining") {
      try Catalog.builtIn.explanation(of: recording, at: step, progress: $0)
    }
    if let output {
      let figure = try PictureTables.builtIn.figure(
        of: explanation, in: recording, size: size, theme: theme)
      try console.filming("drawing \(output)") {
        try ExplanationFile(output, replacing: force).write(figure, progress: $0)
      }
      console.print(file: output)
      return .done
    }
    guard !console.isJSON else {
      console.print(explanation.json)
      return .done
    }
    console.print(explanation.place.title)
    for part in explanation.parts {
      console.print("\n\(part.title)")
      part.lines.forEach { console.print("    " + $0) }
      if let table = part.table { console.print(Self.text(of: table)) }
    }
    return .done
  }

  private static func text(of table: ExplanationPart.Table) -> String {
    var text = TextTable(table.columns, right: table.right)
    table.rows.forEach { text.add($0) }
    return text.text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
      .joined(separator: "\n")
  }

  /// The number of the step that the options name.
  private func step(of recording: Recording) throws -> Int {
    guard let episode else {
      let moment = try RecordedMoment(option: "--at", at)
      if case .step(let step) = moment { return step }
      let step = max(0, min(try recording.step(at: moment), try recording.stepCount() - 1))
      return try recording.nearestStep(to: step) ?? step
    }
    let chosen = try recording.episodes(EpisodeArguments.selection(episode))
    guard let chosen = chosen.first else { throw Failure.failed("\(subject) has no episode yet") }
    let t = t ?? chosen.steps - 1
    guard (0..<chosen.steps).contains(t) else {
      throw Failure.usage(
        "episode \(chosen.number) has steps t = 0 to \(chosen.steps - 1), so there is none at \(t)"
      )
    }
    return chosen.firstStep + t * chosen.stride
  }

  // MARK: A cell

  /// How many updates are listed besides the marked ones.
  private static let newest = 10

  private func explain(cell: String, of recording: Recording, _ console: Console) throws -> ExitCode
  {
    let run = try recording.description()
    let states = try recording.qTable(at: 0).states
    let state = try StateNames(run.world).state(typed: cell, below: states)
    let end = try recording.step(at: RecordedMoment(option: "--at", at))
    let history = try CellHistory(of: recording, state: state, before: end)
    if let output {
      let chart = history.chart(
        subtitle: "\(run.world.name) \(run.world.mapName), \(history.updates.count) updates",
        theme: theme, size: size)
      try DrawingFile(output, replacing: force).write(chart)
      console.print(file: output)
      return .done
    }
    guard !console.isJSON else {
      console.print(history.json)
      return .done
    }
    let names = history.names
    let count = history.updates.count
    console.print(
      "\(names.state(state)) of \(run.world.name) \(run.world.mapName): \(count) "
        + "\(count == 1 ? "update" : "updates") up to step \(end)")
    if count == 0 {
      let world = (try? Catalog.builtIn.plan(of: run).world()) as? any TabularWorld
      if let remark = world?.remark(on: state) { console.print(remark) }
      return .done
    }
    var table = TextTable(
      ["step", "episode", "action", "reward", "to", "α", "before", "after", "worth", ""],
      right: [0, 1, 3, 4, 5, 6, 7, 8])
    let reasons = Dictionary(uniqueKeysWithValues: history.marks.map { ($0.place, $0.reason) })
    var last = -1
    for (place, update) in history.updates.enumerated()
    where reasons[place] != nil || place >= count - Self.newest {
      if place > last + 1 {
        let skipped = place - last - 1
        table.add(["", "", "… \(NumberFormat.count(skipped)) more", "", "", "", "", "", "", ""])
      }
      last = place
      table.add([
        "\(update.step)", "\(update.episode)", names.action(update.action),
        NumberFormat.decimal(update.reward, 3), names.typed(update.next),
        NumberFormat.decimal(update.alpha, 4), NumberFormat.decimal(update.before, 4),
        NumberFormat.decimal(update.after, 4), NumberFormat.decimal(history.values[place], 4),
        reasons[place].map(history.text) ?? "",
      ])
    }
    console.print("\n\(table.text)")
    return .done
  }

  // MARK: A topic

  private func explain(_ topic: AlgorithmTopic, _ console: Console) throws -> ExitCode {
    let path = file ?? newestRecording(by: topic.trainerName)
    let evidence = try path.map { try topic.evidence(in: Recording($0)) }
    for (index, part) in topic.parts.enumerated() {
      if index > 0 { console.print("") }
      console.print(part.title)
      part.code.forEach { console.print("    " + $0) }
      part.notes.forEach { console.print("  " + $0) }
      evidence?[index].forEach { console.print("  ▸ " + $0) }
    }
    if let path {
      console.note("\n▸ as recorded in \(path)")
    } else {
      console.note(
        "\nno recording yet; reel train \(topic.exampleWorld)"
          + (topic.exampleWorld == TrainingText.subjectName ? " --text FILE" : "")
          + " makes one, and this page shows it")
    }
    return .done
  }

  /// The newest recording of a trainer in recordings/, if there is one.
  private func newestRecording(by trainer: String) -> String? {
    ((try? RunPlaces.files(in: ["recordings"])) ?? [])
      .sorted { Files.modificationTime($0) ?? 0 > Files.modificationTime($1) ?? 0 }
      .first { (try? Recording($0).description().trainer) == trainer }
  }
}
