import Glibc
import Platform

/// The entry point: finds the verb, runs it, and turns every failure into one sentence and an exit code.
@main
enum Reel {
  /// Every verb, in the order that help lists them.
  static let commands: [any Command.Type] = [
    TrainCommand.self, SweepCommand.self, RunTaskCommand.self, EvaluateCommand.self,
    SolveCommand.self,
    MapCommand.self,
    StudioCommand.self, ListCommand.self, InfoCommand.self, LabelCommand.self, EpisodesCommand.self,
    MomentsCommand.self, QCommand.self, DigestCommand.self,
    RenderCommand.self, FilmCommand.self, CurveCommand.self, HeatmapCommand.self,
    CompareCommand.self, ReportCommand.self,
    VerifyCommand.self, RecoverCommand.self, ForkCommand.self, CopyCommand.self,
    ExportCommand.self, ImportCommand.self, StudyCommand.self, CatalogCommand.self,
    ExploreCommand.self,
    ExplainCommand.self,
    GenerateCommand.self, SentimentCommand.self, DemoCommand.self, BenchCommand.self,
    CompletionsCommand.self,
  ]

  static func main() {
    // If the reader closes the pipe early (`| head`), the program ends quietly.
    signal(SIGPIPE, SIG_DFL)
    // A file at its size limit gives an error message instead of a signal.
    signal(SIGXFSZ, SIG_IGN)
    let code = run(Array(CommandLine.arguments.dropFirst()))
    Ranks.leave(code.rawValue, failed: code == .failed || code == .usage)
    exit(code.rawValue)
  }

  /// Refuses arguments that are not UTF-8: Swift would turn them into names of other files.
  private static func checkEncoding() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil
      else { continue }
      throw Failure.usage(
        "'\(String(cString: word))' is not UTF-8",
        "rename the file, or link it under another name by ln -s"
      )
    }
  }

  static func run(_ words: [String]) -> ExitCode {
    do {
      try checkEncoding()
      return try perform(words)
    } catch {
      let failure = Failure(error)
      let launch = Launch.here
      guard launch.isOneOfSeveral, launch.rank > 0 else {
        Console.error(failure.description)
        return failure.code
      }
      // If all processes fail alike, the first prints the message, and its exit ends the others within seconds.
      Interruption.yield()
      sleep(3)
      Console.error("process \(launch.rank): \(failure.description)")
      return failure.code
    }
  }

  private static func perform(_ words: [String]) throws -> ExitCode {
    guard let verb = words.first else {
      Console.write(Help.overview)
      return .usage
    }
    switch verb {
    case "--help", "-h":
      Console.write(Help.overview)
      return .done
    case "help":
      Console.write(try help(Array(words.dropFirst())))
      return .done
    case "--complete":
      Console.write(Completion(Array(words.dropFirst())).text)
      return .done
    case "--version":
      let version = VersionText()
      Console.write(words.contains("--json") ? version.json : version.text)
      return .done
    default:
      return try run(try command(named: verb), Array(words.dropFirst()))
    }
  }

  /// A page of help. The flags are for documents and packages, which are made from the declarations.
  private static func help(_ words: [String]) throws -> String {
    guard let name = words.first else { return Help.overview }
    switch name {
    case "--markdown": return Help.manual
    case "--verbs": return commands.map { $0.name + "\n" }.joined()
    case "--man":
      guard words.count > 1 else { return ManualPage.overview }
      return ManualPage.of(try command(named: words[1]))
    default:
      if let topic = HelpTopic.all.first(where: { $0.name == name }) { return Help.page(of: topic) }
      return Help.page(of: try command(named: name))
    }
  }

  private static func command(named name: String) throws -> any Command.Type {
    guard let command = commands.first(where: { $0.name == name }) else {
      let names = commands.map { $0.name }
      throw Failure.usage(
        "there is no verb '\(name)'", otherWords[name] ?? didYouMean(name, among: names),
        "reel help lists them all")
    }
    return command
  }

  /// Words of other tools, and what does the same here.
  private static let otherWords: [String: String] = {
    let studio = "reel studio shows, plays and compares runs in the browser"
    let film = "reel film makes GIFs and videos, reel render PNG frames"
    return [
      "serve": studio, "server": studio, "watch": studio, "ui": studio, "dashboard": studio,
      "open": studio, "view": studio, "tensorboard": studio,
      "play":
        "reel studio plays a world by hand, reel evaluate lets the policy play, reel film shows an episode",
      "record":
        "reel train records a run of its own, the Python package reel records any environment",
      "run": "reel train trains and records", "learn": "reel train trains and records",
      "resume": "reel train --resume FILE goes on with a recording",
      "version": "reel --version prints it",
      "show": "reel info describes a recording, reel film shows it", "ls": "reel list lists runs",
      "plot": "reel curve and reel heatmap draw", "chart": "reel curve and reel heatmap draw",
      "gif": film, "video": film, "animate": film, "test": "reel evaluate plays what was learned",
      "eval": "reel evaluate plays what was learned", "diff": "reel compare compares runs",
      "tag": "reel label gives tags and notes", "rm": "a recording is one file: rm removes it",
    ]
  }()

  private static func run<C: Command>(_ type: C.Type, _ words: [String]) throws -> ExitCode {
    var arguments = Arguments(declaredBy: type)
    try arguments.read(words)
    if arguments.wantsHelp {
      Console.write(Help.page(of: type))
      return .done
    }
    if !type.isShared, Launch.here.isOneOfSeveral {
      throw Failure.usage(
        "mpirun has started several processes, and reel \(C.name) is the work of one",
        "start it without mpirun; only reel train is shared")
    }
    let command = try C(&arguments)
    return try command.run(Console(quiet: arguments.wantsQuiet, json: arguments.wantsJSON))
  }
}
