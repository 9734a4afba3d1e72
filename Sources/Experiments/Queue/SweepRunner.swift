import Platform
import Recordings
import Rollouts

/// Runs the lines of a manifest that are not done, some at a time, each by a process of its own: one that fails,
/// or is killed, takes no other with it.
package struct SweepRunner: Sendable {
  package let manifest: Manifest
  /// How many runs there are at once, and how often one that fails is tried again.
  package let most: Int
  package let retries: Int
  /// The words that run a line.
  private let command: @Sendable (_ line: Int) -> [String]

  /// A runner of a manifest's lines.
  package init(
    _ manifest: Manifest, most: Int, retries: Int,
    command: @escaping @Sendable (_ line: Int) -> [String]
  ) {
    (self.manifest, self.most, self.retries, self.command) = (manifest, most, retries, command)
  }

  /// What became of a line.
  package enum Outcome: Sendable, Equatable {
    case done
    /// It goes on when it is run again.
    case stopped
    /// Another process runs it.
    case elsewhere
    /// After how many tries.
    case failed(Int)
  }

  /// Runs lines until all are done or failed, or `progress` says false, which stops those that run.
  package func run(
    _ lines: [Int], progress: @escaping @Sendable (Double, String) -> Bool
  ) throws -> [Outcome] {
    try onAllCores(lines.count, atOnce: most, progress: progress) { index, progress in
      try run(lines[index], progress)
    }
  }

  private func run(_ line: Int, _ progress: ProgressHandler) throws -> Outcome {
    let task = try manifest.task(at: line)
    let words = "\(Files.stem(task.output))"
    guard progress(0, words) else { return .stopped }
    for attempt in 1...retries + 1 {
      guard let log = try HeldFile.ifFree(TaskLog(of: line, in: manifest).path) else {
        return .elsewhere
      }
      try log.empty()
      var (isStopped, looked) = (false, monotonicSeconds())
      let ending = try BackgroundProcess.run(command(line), output: log) {
        let now = monotonicSeconds()
        var share = 0.0
        if now - looked >= 1 {
          (share, looked) = (self.share(of: task), now)
        }
        isStopped = !progress(share, words)
        return !isStopped
      }
      if ending == .exited(0) { return .done }
      if isStopped { return .stopped }
      if attempt > retries {
        if case .killed(let signal) = ending {
          try log.append(.failed("its process was killed by signal \(signal)"))
        }
        return .failed(attempt)
      }
    }
    preconditionFailure("the last attempt has an outcome")
  }

  /// How much of a run is recorded.
  private func share(of task: ManifestTask) -> Double {
    guard let recording = try? Recording(manifest.recording(of: task)),
      let target = try? TaskTarget(of: task, in: recording),
      let reached = try? target.reached(in: recording)
    else { return 0 }
    return target.share(of: reached)
  }
}

extension Manifest {
  /// Adds the runs of a sweep that are not in it yet; how many it adds. A run that its folder has under other
  /// settings is refused.
  @discardableResult
  package func add(_ tasks: [ManifestTask]) throws -> Int {
    let known = Dictionary(
      try lines().compactMap { try? $0.task.get() }.map { ($0.output, $0) },
      uniquingKeysWith: { first, _ in first })
    let new = try tasks.filter { task in
      guard let other = known[task.output] else { return true }
      guard other == task else {
        throw RunError.request(
          "\(place(of: task.output)) was planned otherwise: \(other.json.compact)",
          .otherFolder)
      }
      return false
    }
    if !new.isEmpty { _ = try append(new) }
    return new.count
  }
}
