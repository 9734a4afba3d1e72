import Platform
import Recordings
import Rollouts

/// Runs the unfinished lines of a manifest, some at a time, each in a process of its own, so that a run that
/// fails or is killed does not affect the others.
package struct SweepRunner: Sendable {
  package let manifest: Manifest
  /// The most runs at once, and how often a failed run is repeated.
  package let most: Int
  package let retries: Int
  /// The command that runs a line.
  private let command: @Sendable (_ line: Int) -> [String]

  /// A runner of a manifest's lines.
  package init(
    _ manifest: Manifest, most: Int, retries: Int,
    command: @escaping @Sendable (_ line: Int) -> [String]
  ) {
    (self.manifest, self.most, self.retries, self.command) = (manifest, most, retries, command)
  }

  /// The outcome of a line.
  package enum Outcome: Sendable, Equatable {
    case done
    /// It can be continued.
    case stopped
    /// Another process runs it.
    case elsewhere
    /// It failed after this many attempts.
    case failed(Int)
  }

  /// Runs lines until all are done or failed, or until `progress` returns false, which stops the running ones.
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

  /// The share of a run that is recorded.
  private func share(of task: ManifestTask) -> Double {
    guard let recording = try? Recording(manifest.recording(of: task)),
      let target = try? TaskTarget(of: task, in: recording),
      let reached = try? target.reached(in: recording)
    else { return 0 }
    return target.share(of: reached)
  }
}

extension Manifest {
  /// Appends the runs of a sweep that are missing; returns how many. A run that its folder has with other
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
          "\(place(of: task.output)) was planned with other settings: \(other.json.compact)",
          .otherFolder)
      }
      return false
    }
    if !new.isEmpty { _ = try append(new) }
    return new.count
  }
}
