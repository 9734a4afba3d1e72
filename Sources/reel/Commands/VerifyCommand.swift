import Experiments
import Platform
import Recordings
import Rollouts

/// Checks that a recording is as it was written, and optionally that its world and its trainer
/// reproduce it.
struct VerifyCommand: Command {
  static let name = "verify"
  static let summary = "check that a recording is intact, and that its steps can be reproduced"
  static let group = CommandGroup.trust
  static let examples = [
    "reel verify recordings/maze.sqlite", "reel verify recordings/maze.sqlite --replay --json",
    "reel verify recordings/maze.sqlite --retrain",
  ]

  private let file: String
  private let replays: Bool
  private let retrains: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording")
    replays = arguments.flag(
      "--replay", help: "repeat every step in its world, and rebuild every Q-table")
    retrains = arguments.flag("--retrain", help: "train again, and compare")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let start = monotonicSeconds()
    let recording = try Recording(file)
    // Wrong requests are refused before any work.
    let retraining = retrains ? try Retraining(recording) : nil
    let worlds = replays ? try Catalog.builtIn.worldsInForce(in: recording) : nil
    let proof = try console.withBar("verifying") {
      try RecordingProof(of: recording, in: worlds, progress: $0)
    }
    var difference = proof.difference
    if difference == nil, let retraining {
      if let warning = retraining.warning { console.note(warning) }
      difference = try console.withBar("training again") {
        try retraining.firstDifference(progress: $0)
      }
    }
    let report = VerificationReport(
      file: file, status: try recording.status(), proof: proof, difference: difference,
      isRetrained: retrains && difference == nil, gaps: try? recording.gaps(),
      seconds: monotonicSeconds() - start)
    if console.isJSON {
      console.print(report.json)
    } else if let difference {
      Console.error("\(file) is not as it was written. \(difference)")
    } else {
      console.print(report.text)
    }
    guard difference == nil else { return .failed }
    for session in proof.audit.uncovered { Console.error("\(file): no hash covers \(session)") }
    return proof.audit.uncovered.isEmpty ? .done : .lossy
  }
}

/// The result of a verification.
private struct VerificationReport {
  let file: String
  let status: Recording.Status
  let proof: RecordingProof
  let difference: Difference?
  let isRetrained: Bool
  let gaps: Gaps?
  let seconds: Double

  var text: String {
    let audit = proof.audit
    var lines = [
      "\(file): everything\(audit.uncovered.isEmpty ? "" : " that a hash covers") is as it was written",
      "  \(NumberFormat.count(audit.steps)) steps, \(NumberFormat.count(audit.episodes)) episodes, "
        + "\(NumberFormat.count(audit.batches)) batches, \(NumberFormat.count(audit.metrics)) metrics, "
        + "\(NumberFormat.count(audit.checkpoints)) checkpoints",
    ]
    if let gaps { lines.append("  it was recovered: \(gaps)") }
    if !audit.additions.isEmpty {
      lines.append("  other tools added: \(audit.additions.joined(separator: ", "))")
    }
    if let unfinished { lines.append("  \(unfinished)") }
    if let steps = proof.replayedSteps {
      lines.append("  \(NumberFormat.count(steps)) steps were reproduced in their world")
    }
    if let episode = proof.givenStart {
      lines.append(
        "  the start of episode \(episode) was not checked: only the parent recording knows it")
    }
    if let tables = proof.tables {
      lines.append("  \(NumberFormat.count(tables)) Q-tables were rebuilt from them")
    }
    if isRetrained { lines.append("  training again gave the same recording") }
    return (lines + ["  \(NumberFormat.duration(seconds))"]).joined(separator: "\n")
  }

  /// What is unfinished; nil if nothing is.
  private var unfinished: String? {
    let open = proof.audit.openEpisodes
    let episodes = open == 0 ? "" : "; \(open) \(open == 1 ? "episode is" : "episodes are") open"
    switch status {
    case .writing:
      return "it is still being written; this covers what is recorded so far\(episodes)"
    case .interrupted: return "its writer was interrupted; this covers what was recorded\(episodes)"
    case .finished: return open == 0 ? nil : String(episodes.dropFirst(2))
    }
  }

  var json: JSON {
    let audit = proof.audit
    return [
      "file": .string(file), "verified": .bool(difference == nil),
      "status": .string(status.rawValue), "steps": .integer(audit.steps),
      "episodes": .integer(audit.episodes), "open_episodes": .integer(audit.openEpisodes),
      "batches": .integer(audit.batches), "metrics": .integer(audit.metrics),
      "checkpoints": .integer(audit.checkpoints),
      "replayed_steps": proof.replayedSteps.map(JSON.integer) ?? .null,
      "q_tables": proof.tables.map(JSON.integer) ?? .null, "retrained": .bool(isRetrained),
      "uncovered": .array(audit.uncovered.map(JSON.string)),
      "additions": .array(audit.additions.map(JSON.string)),
      "gaps": Gaps.pairs(gaps?.steps ?? []), "unverified": Gaps.pairs(gaps?.unverified ?? []),
      "seconds": .number(seconds), "difference": difference?.json ?? .null,
    ]
  }
}
