import Recordings
import Rollouts
import Worlds

/// Shows an algorithm's pseudo-code beside what a recording shows of it.
struct ExplainCommand: Command {
  static let name = "explain"
  static let summary = "show an algorithm beside what a recording shows of it"
  static let group = CommandGroup.study
  static let examples = ["reel explain qtable", "reel explain dqn recordings/snake.sqlite"]

  private let topic: String
  private let file: String?

  init(_ arguments: inout Arguments) throws {
    topic = try arguments.positional(
      "TOPIC", choices: [Learner.qTableName, Learner.dqnName], help: "what to explain")
    file = try arguments.optionalPositional(
      "FILE", help: "a recording of it (default: the newest in recordings/)")
  }

  func run(_ console: Console) throws -> ExitCode {
    let path = file ?? newestRecording { $0.trainer == topic }
    let isTable = topic == Learner.qTableName
    let evidence = try path.map { try isTable ? QTableEvidence($0).lines : DQNEvidence($0).lines }
    for (index, part) in (isTable ? Lesson.qTable : Lesson.dqn).enumerated() {
      if index > 0 { console.print("") }
      console.print(part.title)
      part.code.forEach { console.print("    " + $0) }
      part.notes.forEach { console.print("  " + $0) }
      guard let seen = evidence?[part.name] else { continue }
      seen.forEach { console.print("  ▸ " + $0) }
    }
    if let path {
      console.note("\n▸ as recorded in \(path)")
    } else {
      let world = isTable ? "maze" : "snake"
      console.note("\nno recording yet; reel train \(world) makes one, and this page shows it")
    }
    return .done
  }
}
