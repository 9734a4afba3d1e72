import Platform
import Recordings
package import Rollouts

/// The status of a line of a manifest, from its recording and its log.
package struct TaskStatus: Sendable {
  /// The state of the run.
  package enum State: String, Sendable {
    /// Nobody has started it yet.
    case waiting
    /// A living process runs it.
    case running
    /// Everything requested is recorded.
    case done
    /// It was stopped, or its process died: it can continue.
    case interrupted
    /// It cannot continue as it is.
    case failed
  }

  package var number: Int
  /// The run that the line asks for; nil if it cannot be read.
  package var task: ManifestTask?
  package var state: State
  /// Why it failed.
  package var why: String?
  /// The recording's path.
  package var path: String?
  package var target: TaskTarget?
  package var reached: TaskTarget.Reached?

  /// The status as flat JSON.
  package var members: [JSON.Member] {
    let share = target.flatMap { target in reached.map(target.share) }
    return [
      .init("line", .integer(number)), .init("state", .string(state.rawValue)),
      .init("why", why.map(JSON.string) ?? .null), .init("task", task?.json ?? .null),
      .init("steps", reached.map { .integer($0.steps) } ?? .null),
      .init("episodes", reached.map { .integer($0.episodes) } ?? .null),
      .init("target_steps", target?.steps.map(JSON.integer) ?? .null),
      .init("target_episodes", target?.episodes.map(JSON.integer) ?? .null),
      .init("share", share.map(JSON.number) ?? .null),
    ]
  }
}

extension Manifest {
  /// The status of all lines, of the last ones, or of those with some numbers.
  package func statuses(
    last most: Int = .max, of numbers: Set<Int>? = nil
  ) throws -> [TaskStatus] {
    guard let held = try HeldFile.reading(path) else { return [] }
    let lines = try lines(of: held).filter { numbers?.contains($0.number) ?? true }.suffix(most)
    let isHeld = lines.map { TaskLog(of: $0.number, in: self).isHeld }
    // Looking at recordings takes longer than appending lines should have to wait.
    held.release()
    return zip(lines, isHeld).map { status(of: $0, isHeld: $1) }
  }

  private func status(of line: Line, isHeld: Bool) -> TaskStatus {
    let log = TaskLog(of: line.number, in: self)
    let task: ManifestTask
    switch line.task {
    case .success(let found): task = found
    case .failure(let error):
      return TaskStatus(number: line.number, state: .failed, why: "\(error)")
    }
    let path = recording(of: task)
    var status = TaskStatus(number: line.number, task: task, state: .waiting, path: path)
    let event = log.last
    var isWritten = false
    do {
      if Files.isTaken(path) {
        let recording = try Recording(path)
        let target = try TaskTarget(of: task, in: recording)
        status.target = target
        status.reached = try target.reached(in: recording)
        isWritten = try recording.status() == .writing
      }
    } catch {
      (status.state, status.why) = (.failed, "\(error)")
    }
    if isHeld {
      (status.state, status.why) = (.running, nil)
    } else if case .failed(let why) = event {
      (status.state, status.why) = (.failed, why)
    } else if status.state == .failed {
      // Its recording cannot be read.
    } else if status.reached?.isAll == true {
      status.state = .done
    } else if !waits(task, event, isThere: status.reached != nil) {
      status.state = isWritten ? .running : .interrupted
    }
    return status
  }

  /// Whether a line was never started, or is to be continued.
  private func waits(_ task: ManifestTask, _ event: TaskLog.Event?, isThere: Bool) -> Bool {
    guard event == nil else { return event == .waiting }
    if case .resume = task.start { return true }
    return !isThere
  }

  /// The task of a line that waits for a free place; nil if it does not wait. Only valid while the manifest is
  /// locked.
  func waitingTask(_ line: Line) -> ManifestTask? {
    let log = TaskLog(of: line.number, in: self)
    guard let task = try? line.task.get(), !log.isHeld else { return nil }
    return waits(task, log.last, isThere: Files.isTaken(recording(of: task))) ? task : nil
  }
}
