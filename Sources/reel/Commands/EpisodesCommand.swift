import Experiments
import Platform
import Recordings
import Rollouts

/// Lists episodes: their length, return and ending.
struct EpisodesCommand: Command {
  static let name = "episodes"
  static let summary = "list a recording's episodes"
  static let group = CommandGroup.look
  static let examples = [
    "reel episodes recordings/maze.sqlite --best 3",
    "reel episodes recordings/maze.sqlite --episode first,median,last --json",
    "reel episodes recordings/maze.sqlite --where 'return > 90 and steps < 8' --best 3",
  ]

  private let file: String
  private let filter: EpisodeFilter

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    let best = try arguments.count(
      "--best", in: 1...Int.max, help: "the N episodes with the best return")
    let worst = try arguments.count(
      "--worst", in: 1...Int.max, help: "the N episodes with the worst return")
    let chosen = try EpisodeArguments(&arguments, usual: "all").filter
    arguments.jsonFlag()
    var given = [best.map(EpisodeSelection.best), worst.map(EpisodeSelection.worst)]
      .compactMap(\.self)
    if let chosen, chosen.selection != .all { given.append(chosen.selection) }
    filter = EpisodeFilter(
      given.isEmpty ? .all : given.count == 1 ? given[0] : .several(given),
      where: chosen?.condition)
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    if filter.condition != nil {
      let run = try recording.description()
      let world = run.isOfText ? nil : try Catalog.builtIn.plan(of: run).world()
      let episodes = try filter.episodes(of: recording, in: world)
      try print(console) { try $0(episodes) }
    } else if filter.selection == .all, try recording.newestEpisode() > 0 {
      // There may be millions, so none is kept in memory.
      try print(console) { try recording.forEachEpisodes($0) }
    } else {
      let episodes = try recording.episodes(filter.selection)
      try print(console) { try $0(episodes) }
    }
    return .done
  }

  /// Prints episodes as they arrive; a text table asks for them twice.
  private func print(
    _ console: Console, _ episodes: (_ body: ([Episode]) throws -> Void) throws -> Void
  ) throws {
    if console.isJSON {
      var list = PrintedList()
      try episodes { list.add($0.map(Self.json)) }
      list.end()
      return
    }
    let columns = ["episode", "first step", "steps", "return", "ending"]
    var layout = TextLayout(columns, right: [0, 1, 2, 3])
    try episodes { for episode in $0 { layout.fit(Self.row(episode)) } }
    console.print(layout.line(columns))
    try episodes { console.print($0.map { layout.line(Self.row($0)) }.joined(separator: "\n")) }
  }

  private static func json(_ episode: Episode) -> JSON {
    [
      "episode": .integer(episode.number), "first_step": .integer(episode.firstStep),
      "steps": .integer(episode.steps), "return": .number(episode.return),
      "ending": .string(episode.ending.name),
    ]
  }

  private static func row(_ episode: Episode) -> [String] {
    [
      "\(episode.number)", "\(episode.firstStep)", "\(episode.steps)",
      NumberFormat.decimal(episode.return, 3), episode.ending.name,
    ]
  }
}
