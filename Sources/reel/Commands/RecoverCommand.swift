import Experiments
import Platform
import Recordings
import Rollouts

/// Saves the part of a damaged recording that verifies.
struct RecoverCommand: Command {
  static let name = "recover"
  static let summary = "save the part of a damaged recording that verifies"
  static let group = CommandGroup.trust
  static let examples = [
    "reel recover damaged.sqlite -o recordings/saved.sqlite",
    "reel recover damaged.sqlite --unverified --like recordings/other.sqlite -o saved.sqlite",
  ]

  private let file: String
  private let output: String?
  private var options = Recovery.Options()

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a damaged recording; it is only read")
    output = try arguments.option("-o", "--output", value: "NEW", help: "the recording to make")
    options.onlyBeginning = arguments.flag(
      "--beginning",
      help: "keep only what precedes the first damage, so that training can continue there")
    options.keepsUnverified = arguments.flag(
      "--unverified", help: "also keep steps that can be read but not verified, marked as such")
    options.like = try arguments.option(
      "--like", value: "OTHER", help: "take a lost description from another run of the same command"
    )
    options.force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    guard let output else { throw Failure.usage("name the new recording with -o") }
    let recovery = try console.withBar("recovering") { progress in
      try Recovery.recover(file, to: output, options) {
        guard progress($0, "") else { throw RunError.cancelled }
      }
    }
    if console.isJSON {
      console.print(json(recovery, output))
    } else {
      console.print(output)
      for line in lines(recovery) { console.note(line) }
      if recovery.reason != nil, try Recording(output).description().purpose == .train {
        console.note(
          recovery.gaps == nil
            ? "reel train --resume \(output) trains the lost part again, exactly as it was"
            : "reel recover \(file) --beginning -o NEW keeps the part that training can continue from"
        )
      }
    }
    return recovery.reason == nil ? .done : .lossy
  }

  private func lines(_ recovery: Recovery) -> [String] {
    let kept = recovery.kept
    let open = kept.openEpisodes == 0 ? "" : " (\(kept.openEpisodes) interrupted)"
    var lines = [
      "kept \(NumberFormat.count(recovery.steps)) steps, \(NumberFormat.count(kept.episodes)) episodes\(open), "
        + "\(NumberFormat.count(kept.metrics)) metrics, \(NumberFormat.count(kept.checkpoints)) checkpoints"
    ]
    if let reason = recovery.reason {
      let lost = recovery.lostSteps ?? 0
      lines.append(
        lost > 0 ? "lost at least \(NumberFormat.count(lost)) steps" : "lost no steps")
      if let gaps = recovery.gaps { lines.append("\(gaps)") }
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
      "steps": .integer(recovery.steps), "episodes": .integer(kept.episodes),
      "open_episodes": .integer(kept.openEpisodes), "metrics": .integer(kept.metrics),
      "checkpoints": .integer(kept.checkpoints),
      "lost_steps": recovery.lostSteps.map(JSON.integer) ?? .null,
      "gaps": Gaps.pairs(recovery.gaps?.steps ?? []),
      "unverified": Gaps.pairs(recovery.gaps?.unverified ?? []),
      "difference": recovery.reason?.json ?? .null,
    ]
  }
}
