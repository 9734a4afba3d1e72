import Experiments
import Platform
import Rollouts
import Studio

extension RunStarter {
  /// Starts runs as processes of this program.
  static var here: RunStarter {
    RunStarter(words: { RunTaskCommand.words($0, $1, queue: $2) }, command: \.command)
  }
}

extension ManifestTask {
  /// What to type to get the same run.
  var command: String {
    var words = ["reel"]
    /// An option with a value that is given.
    func add(_ option: String, _ value: String?) {
      if let value { words.append("\(option) \(value.quotedForShell)") }
    }
    switch start {
    case .new(let run):
      words += ["train", run.subject.quotedForShell]
      add("--map", run.map)
      add("--text", run.text)
      add("--preset", run.preset)
      add("--policy", run.policy)
      add("--seed", "\(run.seed)")
      add("--steps", steps.map(String.init))
    case .resume(let path):
      words += ["train", "--resume \(path.quotedForShell)"]
      add("--until", steps.map(String.init))
    case .fork(let path, let moment):
      words += ["fork", path.quotedForShell, "--at \(moment)"]
      add("--until", steps.map(String.init))
    }
    add("--episodes", episodes.map(String.init))
    for (name, value) in overrides { add("--set", "\(name)=\(value)") }
    if case .resume = start { return words.joined(separator: " ") }
    if case .new = start {
      for tag in tags { add("--tag", tag) }
      add("--note", note.isEmpty ? nil : note)
    }
    add("-o", output)
    return words.joined(separator: " ")
  }
}
