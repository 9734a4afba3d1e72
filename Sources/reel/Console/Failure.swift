import Experiments
import Film
import Pictures
import Platform
import Recordings
import Replay
import Studio

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

  /// What a library refused, with what the command line knows to help.
  init(_ error: any Error) {
    sentence = "\(error)"
    code = .failed
    switch error {
    case let failure as Failure: self = failure
    case let error as RunError:
      switch error.kind {
      case .request: code = .usage
      case .run: code = .failed
      case .cancelled: code = .stopped
      }
      if let remedy = error.remedy { hints = [remedy.hint] }
    case let error as PainterError:
      switch error {
      case .lacks, .foreignState: code = .usage
      case .unknownWorld, .otherWorld, .noMap: code = .failed
      }
    case is PictureFileError: code = .usage
    // Libraries know no options.
    case FileError.exists: hints = ["--force replaces it"]
    case FilmError.framesExist: hints = ["--force replaces them"]
    case let error as RecordingError where error.kind == .exists:
      hints = ["--force overwrites it"]
    case let error as ServerError where error.isPortTaken: hints = ["--port 0 takes a free one"]
    default: break
    }
  }

  /// A failure from its parts.
  init(code: ExitCode, sentence: String, hints: [String] = []) {
    (self.code, self.sentence, self.hints) = (code, sentence, hints)
  }
}

extension RunError.Remedy {
  /// The words that ask for it.
  fileprivate var hint: String {
    switch self {
    case .name(let word, let names): didYouMean(word, among: names)
    case .listEpisodes(let path): "reel episodes \(path) lists them"
    case .listSettings(let world): "reel train \(world) --settings lists them"
    case .chooseEpisode(let number): "--episode \(number) is one"
    case .usualLook: "without --look it is drawn as usual"
    case .keepBest: "--set keep_best=yes does"
    case .generateMap(let world, let name):
      "reel map \(world) --seed 1 -o \(name) draws one"
    case .resumeOrFork(let path):
      "reel train --resume \(path) goes on, reel fork \(path) --at end --set … begins another"
    case .forkAtCheckpoint(let path, let step):
      "reel fork \(path) --at \(step) begins another run at its last checkpoint"
    case .otherFolder: "-o names another folder"
    case .fork: "a world's rules cannot change; reel fork begins another run"
    case .trainLetterPolicy: "train breakout --policy gpt makes one"
    case .trainLanguageModel: "reel train text makes one"
    case .generateText: "reel generate FILE -o RECORDING makes one"
    case .languageModelViews: "reel curve draws its losses, reel generate writes by it"
    case .generatedTextViews:
      "reel film and reel render draw it, reel heatmap --of attention what it looked at"
    }
  }
}
