import Glibc

/// Where the program begins: finds the verb, runs it, and turns every failure into one sentence and
/// an exit code.
@main
enum Reel {
  static let version = "0.1.0"

  /// Every verb, in the order that help lists them.
  static let commands: [any Command.Type] = [
    TrainCommand.self, EvaluateCommand.self, SolveCommand.self, MapCommand.self,
    ListCommand.self, InfoCommand.self, LabelCommand.self, EpisodesCommand.self, QCommand.self,
    DigestCommand.self,
    RenderCommand.self, FilmCommand.self, CurveCommand.self, HeatmapCommand.self,
    CompareCommand.self, ReportCommand.self,
    VerifyCommand.self, RecoverCommand.self, ForkCommand.self, CopyCommand.self,
    ExportCommand.self, StudyCommand.self, ExploreCommand.self, ExplainCommand.self,
    GenerateCommand.self, SentimentCommand.self, DemoCommand.self, BenchCommand.self,
  ]

  static func main() {
    // A reader that closes the pipe early (`| head`) ends us quietly.
    signal(SIGPIPE, SIG_DFL)
    // A file that may grow no more is an error with a sentence.
    signal(SIGXFSZ, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  static func run(_ words: [String]) -> ExitCode {
    do {
      return try perform(words)
    } catch let failure as Failure {
      Console.error(failure.description)
      return failure.code
    } catch {
      Console.error("\(error)")
      return .failed
    }
  }

  private static func perform(_ words: [String]) throws -> ExitCode {
    guard let verb = words.first else {
      Console.write(Help.overview)
      return .usage
    }
    switch verb {
    case "--help", "-h", "help":
      guard words.count > 1, verb == "help" else {
        Console.write(Help.overview)
        return .done
      }
      if words[1] == "--markdown" {
        Console.write(Help.manual)
        return .done
      }
      Console.write(Help.page(of: try command(named: words[1])))
      return .done
    case "--version":
      Console.write("reel \(version)\n")
      return .done
    default:
      return try run(try command(named: verb), Array(words.dropFirst()))
    }
  }

  private static func command(named name: String) throws -> any Command.Type {
    guard let command = commands.first(where: { $0.name == name }) else {
      let names = commands.map { $0.name }
      throw Failure.usage(
        "there is no verb '\(name)'", didYouMean(name, among: names), "reel help lists them all")
    }
    return command
  }

  private static func run<C: Command>(_ type: C.Type, _ words: [String]) throws -> ExitCode {
    var arguments = Arguments(declaredBy: type)
    try arguments.read(words)
    if arguments.wantsHelp {
      Console.write(Help.page(of: type))
      return .done
    }
    let command = try C(&arguments)
    return try command.run(Console(quiet: arguments.wantsQuiet, json: arguments.wantsJSON))
  }
}

/// How the program ended.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  /// Done, but something was lost.
  case lossy = 3
  case usage = 64
  /// Stopped by Ctrl-C or SIGTERM; everything so far is on disk.
  case stopped = 130
}

/// What went wrong, in one sentence, with a hint where one helps.
struct Failure: Error, CustomStringConvertible {
  var code: ExitCode
  var sentence: String
  /// What may help, in the order of likelihood; empty ones are left out.
  var hints: [String] = []

  var description: String {
    ([sentence] + hints.filter { !$0.isEmpty }).joined(separator: "; ")
  }

  /// The command line itself is wrong.
  static func usage(_ sentence: String, _ hints: String...) -> Failure {
    Failure(code: .usage, sentence: sentence, hints: hints)
  }

  /// The world outside is not as it should be.
  static func failed(_ sentence: String, _ hints: String...) -> Failure {
    Failure(code: .failed, sentence: sentence, hints: hints)
  }
}
