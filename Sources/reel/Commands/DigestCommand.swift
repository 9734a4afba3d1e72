import Recordings
import Rollouts

/// Prints a run's hash: two runs with the same seed and settings have the same one.
struct DigestCommand: Command {
  static let name = "digest"
  static let summary = "print a hash of what was played and learned, without times"
  static let group = CommandGroup.look
  static let examples = ["reel digest recordings/maze.sqlite"]

  private let files: [String]

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    if files.isEmpty { throw Failure.usage("FILE is missing", "reel digest FILE…") }
    let digests = try files.map { (try Recording($0).digest(), $0) }
    if console.isJSON {
      console.print(.array(digests.map { ["file": .string($1), "digest": .string($0)] }))
    } else {
      for (digest, file) in digests { console.print("\(digest)  \(file)") }
    }
    return .done
  }
}
