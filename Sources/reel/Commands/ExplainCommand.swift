import Experiments
import Platform
import Recordings
import Rollouts

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
      "TOPIC", choices: AlgorithmTopic.all.map(\.trainerName), help: "what to explain")
    file = try arguments.optionalPositional(
      "FILE", help: "a recording of it (default: the newest in recordings/)")
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let topic = AlgorithmTopic.all.first(where: { $0.trainerName == topic }) else {
      return .usage
    }
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
        "\nno recording yet; reel train \(topic.exampleWorld) makes one, and this page shows it")
    }
    return .done
  }

  /// The newest recording of a trainer in recordings/, if there is one.
  private func newestRecording(by trainer: String) -> String? {
    Files.visibleNames(in: "recordings").filter { Files.ending($0) == "sqlite" }
      .map { "recordings/\($0)" }
      .sorted { Files.modificationTime($0) ?? 0 > Files.modificationTime($1) ?? 0 }
      .first { (try? Recording($0).description().trainer) == trainer }
  }
}
