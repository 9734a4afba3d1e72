import Platform
import Recordings
import Rollouts

/// Saves what verifies of a damaged recording.
struct RecoverCommand: Command {
  static let name = "recover"
  static let summary = "save what verifies of a damaged recording to a new one"
  static let group = CommandGroup.trust
  static let examples = ["reel recover damaged.sqlite -o recordings/saved.sqlite"]

  private let file: String
  private let output: String?
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a damaged recording, which is only read")
    output = try arguments.option("-o", "--output", value: "NEW", help: "the recording to make")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("name the new recording with -o") }
    var bar = ProgressBar("recovering", console)
    let recovery = try Recovery.recover(file, to: output, force: force) { bar.update($0) }
    bar.finish()
    if console.isJSON {
      console.print(json(recovery, output))
    } else {
      console.print(output)
      for line in lines(recovery) { console.note(line) }
      if recovery.reason != nil, try Recording(output).description().purpose == .train {
        console.note("reel train --resume \(output) makes what was lost again, as it was")
      }
    }
    return recovery.reason == nil ? .done : .lossy
  }

  private func lines(_ recovery: Recovery) -> [String] {
    let kept = recovery.kept
    let open = kept.openEpisodes == 0 ? "" : " (\(kept.openEpisodes) interrupted)"
    var lines = [
      "kept \(NumberFormat.count(kept.steps)) steps, \(NumberFormat.count(kept.episodes)) episodes\(open), "
        + "\(NumberFormat.count(kept.metrics)) metrics, \(NumberFormat.count(kept.checkpoints)) checkpoints"
    ]
    if let reason = recovery.reason {
      let lost = recovery.steps.map { max(0, $0 - kept.steps) } ?? 0
      lines.append(
        lost > 0 ? "lost at least \(NumberFormat.count(lost)) steps" : "lost what came after")
      lines.append("the first that does not verify: \(reason)")
    } else {
      lines.append("nothing was lost")
    }
    return lines
  }

  private func json(_ recovery: Recovery, _ output: String) -> JSON {
    let kept = recovery.kept
    return [
      "file": .string(output), "complete": .bool(recovery.reason == nil),
      "steps": .integer(kept.steps), "episodes": .integer(kept.episodes),
      "open_episodes": .integer(kept.openEpisodes), "metrics": .integer(kept.metrics),
      "checkpoints": .integer(kept.checkpoints),
      "lost_steps": recovery.steps.map { .integer(max(0, $0 - kept.steps)) } ?? .null,
      "difference": recovery.reason?.json ?? .null,
    ]
  }
}
