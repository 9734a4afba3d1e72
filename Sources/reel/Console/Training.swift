import Experiments
import Glibc
import Platform
import Recordings
import Rollouts
import Trainers

extension Console {
  /// Trains runs on all cores, with one bar for all of them; the first failure ends the rest.
  func train(
    _ runs: [TrainingRun], _ title: String, events: EventLog? = nil
  ) throws -> [TrainingResult] {
    let results = try withSharedBar(title) { progress in
      try onAllCores(runs.count, progress: progress) { index, progress in
        try runs[index].run(callbacks: events.callbacks(for: runs[index].path)) {
          progress($0.share, $0.words)
        }
      }
    }
    try events?.finish()
    return results
  }

  /// Prints how training ended; for a stopped run the command that continues it, including options beyond
  /// the plan.
  func end(_ results: [TrainingResult], beyond words: String = "") -> ExitCode {
    for result in results {
      if let log = Recording.log(beside: result.path) {
        note("\(log) holds its last rows, which could not be merged: keep both files together")
      }
    }
    guard Interruption.isRequested else { return .done }
    note("stopped; everything up to here is recorded")
    for result in results where !result.isComplete || !words.isEmpty {
      note("reel train --resume \(result.path)\(words)")
    }
    return .stopped
  }
}

extension Console {
  /// Prints a trained run's file; for people also its score, its time, and what to do next.
  func print(_ result: TrainingResult) {
    print(result.path)
    let score =
      result.validationLoss.map { "validation loss \(NumberFormat.decimal($0, 3))" }
      ?? "last 100 episodes \(NumberFormat.decimal(result.lastMean, 2)), best \(NumberFormat.decimal(result.best, 2))"
    note(
      "\(score); \(NumberFormat.count(result.steps)) steps in \(NumberFormat.duration(result.seconds))"
    )
    if let sharing = result.sharing {
      let most = sharing.backward.max() ?? 0
      let share = Double(most) / Double(max(1, sharing.backward.reduce(0, +)))
      note(
        "\(sharing.ranks) processes: the busiest did \(NumberFormat.decimal(100 * share, 1)) % of the "
          + "learning, and exchanged \(NumberFormat.bytes(sharing.bytes.max() ?? 0)); at most "
          + "\(NumberFormat.duration(sharing.communicationSeconds)) went into exchanging and waiting"
      )
    }
    guard result.isComplete else { return }
    let file = result.path.quotedForShell
    note(
      result.validationLoss == nil
        ? "reel film \(file) --episode best shows it playing, reel report \(file) shows everything"
        : "reel generate \(file) writes with it, reel report \(file) shows everything")
  }
}

extension Console {
  /// Starts another run at a step of a recording, and trains it to its end.
  func fork(
    _ parent: Recording, at step: Int, to path: String, _ change: PlanChange, force: Bool = false,
    options: RecordingOptions = RecordingOptions()
  ) throws -> ExitCode {
    try withBar("forking") { progress in
      try ForkedRun(of: parent, at: step).write(
        to: path, change, force: force, progress: progress)
    }
    return try ResumedRun(path, options: options).run(PlanChange(), self)
  }
}

extension ResumedRun {
  /// Continues a run, and prints the result.
  func run(
    _ change: PlanChange, _ console: Console, events: EventLog? = nil
  ) throws -> ExitCode {
    if let warning { console.note(warning) }
    let outcome = try console.withBar("training \(plan.name)") { progress in
      try run(change, callbacks: events.callbacks(for: path)) { progress($0.share, $0.words) }
    }
    try events?.finish()
    if events?.isOnStandardOutput == true {
      // The last event names the file.
    } else if console.isJSON {
      console.print(outcome.result.json)
    } else {
      console.print(outcome.result)
    }
    if !outcome.wentOn { console.note("it was already complete; --until STEPS trains further") }
    let words =
      (change.steps.map { " --until \($0)" } ?? "")
      + (change.episodes.map { " --episodes \($0)" } ?? "")
    return console.end([outcome.result], beyond: outcome.isExtended ? "" : words)
  }
}

extension TrainingProgress {
  /// How far it has come, in a few words.
  var words: String {
    let outcome =
      loss.map { "loss \(NumberFormat.decimal($0, 3))" }
      ?? "last return \(NumberFormat.decimal(lastReturn, 2))"
    return "\(NumberFormat.count(step)) steps, \(outcome)"
  }
}

extension Arguments {
  /// `NAME=VALUE`, as `--set` takes it.
  static func setting(_ word: String) throws(Failure) -> (name: String, value: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Failure.usage("--set takes NAME=VALUE, not '\(word)'")
    }
    return (String(parts[0]), String(parts[1]))
  }
}

extension Reproduction {
  /// The command that makes the same run again, in `again.sqlite`; a comment if none does.
  var command: String {
    switch self {
    case .elsewhere(let trainer): "# \(trainer) made this run in another program"
    case .byHand: "# a person played this"
    case .training(let training): training.command
    case .writing(let writing): writing.command
    case .evaluation(let file, let step, let seed, let limits):
      Self.line(
        ["evaluate", file?.quotedForShell ?? "FILE", "--checkpoint \(step)", "--seed \(seed)"]
          + (limits.episodes.map { ["--episodes \($0)"] } ?? [])
          + (limits.steps.map { ["--steps \($0)"] } ?? []))
    case .fork(let file, let step, let changes):
      Self.line(["fork", file.quotedForShell, "--at \(step)"] + changes.map(\.asSetting))
    }
  }

  fileprivate static func line(_ words: [String]) -> String {
    (["reel"] + words + ["-o again.sqlite"]).joined(separator: " ")
  }
}

extension Reproduction.Training {
  fileprivate var command: String {
    var words = ["train", subject]
    var export = ""
    switch map {
    case .named(let name): words.append("--map \(name.quotedForShell)")
    case .recorded(let recording, let file):
      export = "reel map export \(recording.quotedForShell) -o \(file.quotedForShell)\n"
      words.append("--map \(file.quotedForShell)")
    case nil: break
    }
    if preset != "default" { words.append("--preset \(preset.quotedForShell)") }
    words.append("--seed \(seed)")
    words += changes.map {
      ["steps", "episodes"].contains($0.key) ? "--\($0.key) \($0.value.typed)" : $0.asSetting
    }
    return export + Reproduction.line(words)
  }
}

extension Reproduction.Writing {
  fileprivate var command: String {
    var words = ["generate"]
    switch model {
    case .recording(let file, let step): words += [file.quotedForShell, "--checkpoint \(step)"]
    case .folder(let folder): words.append("--model \(folder.quotedForShell)")
    }
    if !prompt.isEmpty { words.append("--prompt \(prompt.quotedForShell)") }
    for (option, key) in [
      ("tokens", "tokens"), ("temperature", "temperature"), ("top-k", "top_k"), ("top-p", "top_p"),
    ] {
      // No limit on the tokens to choose from is written as 0.
      let value = settings[key] ?? .null
      words.append("--\(option) \(value == .null ? "0" : value.typed)")
    }
    return Reproduction.line(words + ["--samples \(samples)", "--seed \(seed)"])
  }
}

extension JSON.Member {
  fileprivate var asSetting: String { "--set " + "\(key)=\(value.typed)".quotedForShell }
}

extension JSON {
  /// The value as it is typed.
  fileprivate var typed: String { text ?? compact }
}
