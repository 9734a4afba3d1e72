import Platform
import Recordings
import Rollouts

/// Lists episodes: how long they were, what they returned, how they ended.
struct EpisodesCommand: Command {
  static let name = "episodes"
  static let summary = "list a recording's episodes"
  static let group = CommandGroup.look
  static let examples = [
    "reel episodes recordings/maze.sqlite --best 3",
    "reel episodes recordings/maze.sqlite --episode first,median,last --json",
  ]

  private let file: String
  private let selection: EpisodeSelection

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    let best = try arguments.count("--best", in: 1...Int.max, help: "the N with the best return")
    let worst = try arguments.count("--worst", in: 1...Int.max, help: "the N with the worst return")
    let episode = try arguments.option(
      "--episode", value: "WHICH",
      help: "first, last, best, worst, median, all, N, A-B; default all")
    arguments.jsonFlag()
    let given = [
      best.map(EpisodeSelection.best), worst.map(EpisodeSelection.worst),
      try episode.map(EpisodeArguments.selection),
    ].compactMap(\.self)
    selection = given.isEmpty ? .all : given.count == 1 ? given[0] : .several(given)
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    let episodes = try recording.episodes(selection)
    if console.isJSON {
      console.print(
        .array(
          episodes.map { episode in
            [
              "episode": .integer(episode.number), "first_step": .integer(episode.firstStep),
              "steps": .integer(episode.steps), "return": .number(episode.return),
              "ending": .string(episode.ending.name),
            ]
          }))
      return .done
    }
    var table = TextTable(
      ["episode", "first step", "steps", "return", "ending"], right: [0, 1, 2, 3])
    for episode in episodes {
      table.add([
        "\(episode.number)", "\(episode.firstStep)", "\(episode.steps)",
        NumberFormat.decimal(episode.return, 3), episode.ending.name,
      ])
    }
    console.print(table.text)
    return .done
  }
}
