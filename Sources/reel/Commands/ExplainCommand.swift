import Recordings
import Rollouts
import Worlds

/// Shows an algorithm's pseudo-code beside what a recording shows of it.
struct ExplainCommand: Command {
  static let name = "explain"
  static let summary = "show an algorithm beside what a recording shows of it"
  static let group = CommandGroup.study
  static let examples = ["reel explain qtable", "reel explain qtable recordings/maze.sqlite"]

  private let topic: String
  private let file: String?

  init(_ arguments: inout Arguments) throws {
    topic = try arguments.positional("TOPIC", choices: ["qtable"], help: "what to explain")
    file = try arguments.optionalPositional(
      "FILE", help: "a recording of it (default: the newest in recordings/)")
  }

  func run(_ console: Console) throws -> ExitCode {
    let path = file ?? newestRecording { $0.trainer == Learner.qTableName }
    let evidence = try path.map { try QTableEvidence($0) }
    for (index, method) in QTableLesson.methods.enumerated() {
      if index > 0 { console.print("") }
      console.print(method.title)
      method.code.forEach { console.print("    " + $0) }
      guard let seen = evidence?.lines[method.name] else { continue }
      seen.forEach { console.print("  ▸ " + $0) }
    }
    if let path {
      console.note("\n▸ as recorded in \(path)")
    } else {
      console.note("\nno recording yet; reel train maze makes one, and this page shows it")
    }
    return .done
  }
}

/// The six methods of Q-learning, as docs/trainers.md has them too.
enum QTableLesson {
  struct Method {
    var name: String
    var title: String
    var code: [String]
  }

  static let methods = [
    Method(
      name: "init", title: "1  init(α, γ, ε, episodes)",
      code: [
        "Q[s, a] ← 0 for every state and every legal action"
      ]),
    Method(
      name: "getQValue", title: "2  getQValue(s, a)",
      code: ["return Q[s, a]                       (0 when it was never updated)"]),
    Method(
      name: "computeValueFromQValues", title: "3  computeValueFromQValues(s)",
      code: ["return max over legal a of Q[s, a]    (0 when no action is legal)"]),
    Method(
      name: "computeActionFromQValues", title: "4  computeActionFromQValues(s)",
      code: [
        "best ← all legal a with Q[s, a] = max",
        "return one of them by lot             (ties=first: the first)",
      ]),
    Method(
      name: "getAction", title: "5  getAction(s)",
      code: [
        "with probability ε: return any legal a, all equally likely",
        "otherwise: return computeActionFromQValues(s)",
      ]),
    Method(
      name: "update", title: "6  update(s, a, s′, r)",
      code: [
        "sample ← r + γ · computeValueFromQValues(s′)     (r alone where s′ is terminal;",
        "                                                  a time limit is not an end)",
        "Q[s, a] ← (1 − α) · Q[s, a] + α · sample",
      ]),
  ]
}
