import Experiments
import Film
import Pictures
import Platform
import Recordings
import Replay
import Studio

/// The exit code.
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
  /// What may help, the most likely first; empty hints are left out.
  var hints: [String] = []

  var description: String {
    ([sentence] + hints.filter { !$0.isEmpty }).joined(separator: "; ")
  }

  /// A mistake in the command line.
  static func usage(_ sentence: String, _ hints: String...) -> Failure {
    Failure(code: .usage, sentence: sentence, hints: hints)
  }

  /// A problem outside the program.
  static func failed(_ sentence: String, _ hints: String...) -> Failure {
    Failure(code: .failed, sentence: sentence, hints: hints)
  }

  /// An error of a library, with the command line's hints.
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
    // Libraries know no options, so the hints are added here.
    case FileError.exists: hints = ["--force replaces it"]
    case FilmError.framesExist: hints = ["--force replaces them"]
    case let error as RecordingError:
      if error.kind == .exists { hints = ["--force overwrites it"] }
      if let path = error.missingFile { hints = [Self.hint(inPlaceOf: path)] }
    case FilmError.noFrames(let folder) where !Self.recordings(in: folder).isEmpty:
      hints = ["it contains recordings: name one of them"]
    case let error as ServerError where error.isPortTaken: hints = ["--port 0 picks a free one"]
    default: break
    }
  }

  private static func recordings(in folder: String) -> [String] {
    Files.isFolder(folder) ? (try? RunPlaces.files(in: [folder])) ?? [] : []
  }

  /// Which recording may have been meant, or how to see those that there are.
  private static func hint(inPlaceOf path: String) -> String {
    let folder = Files.folder(of: path)
    let stems = recordings(in: folder).map(Files.stem)
    guard !stems.isEmpty else { return "" }
    let stem = nearest(to: Files.stem(path), among: stems)
    return stem.map { "did you mean \($0).sqlite?" }
      ?? "reel list \(folder) lists the recordings there"
  }

  /// A failure from its parts.
  init(code: ExitCode, sentence: String, hints: [String] = []) {
    (self.code, self.sentence, self.hints) = (code, sentence, hints)
  }
}

extension RunError.Remedy {
  /// The option that does what the error suggests.
  fileprivate var hint: String {
    switch self {
    case .name(let word, let names): didYouMean(word, among: names)
    case .similarName(let word, let names): didYouMean(word, among: names, listing: 0)
    case .listEpisodes(let path): "reel episodes \(path) lists them"
    case .listSettings(let world): "reel train \(world) --settings lists them"
    case .chooseEpisode(let number): "--episode \(number) is one"
    case .usualLook: "without --look it is drawn as usual"
    case .keepBest: "--set keep_best=yes does"
    case .generateMap(let world, let name):
      "reel map \(world) --seed 1 -o \(name) draws one"
    case .resumeOrFork(let path):
      "reel train --resume \(path) continues it, reel fork \(path) --at end --set … starts another run"
    case .forkAtCheckpoint(let path, let step):
      "reel fork \(path) --at \(step) starts another run at its last checkpoint"
    case .otherFolder: "-o names another folder"
    case .fork: "a world's rules cannot change; reel fork starts another run"
    case .trainLetterPolicy: "train breakout --policy gpt makes one"
    case .trainLanguageModel: "reel train text makes one"
    case .generateText: "reel generate FILE -o RECORDING makes one"
    case .languageModelViews: "reel curve draws its losses, reel generate writes with it"
    case .generatedTextViews:
      "reel film and reel render draw it, reel heatmap --of attention what it looked at"
    }
  }
}
