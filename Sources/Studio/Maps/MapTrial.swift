import Experiments
import Platform
import Recordings
import Rollouts
import Synchronization
import Trainers
import Worlds

/// Trains an agent on a map for a few seconds, into a recording of the library. One at a time.
final class MapTrial: Sendable {
  private let catalog: Catalog
  private let library: Library
  private let current = Mutex<Trial?>(nil)

  /// The time limit in seconds; `reel train --resume` can continue the recording.
  private static let seconds = 20.0

  private struct Trial {
    var path: String
    var world: String
    var name: String
    var began = monotonicSeconds()
    var progress = TrainingProgress(step: 0, episodes: 0, share: 0, lastReturn: 0)
    var isWanted = true
    var result: TrainingResult?
    var failure: String?
    var isRunning: Bool { result == nil && failure == nil }
  }

  init(_ catalog: Catalog, library: Library) {
    (self.catalog, self.library) = (catalog, library)
  }

  /// Starts to train on a draft under a name.
  func begin(_ draft: MapDraft, named name: String) throws {
    let folders = library.places.filter { Files.isFolder($0) || !Files.exists($0) }
    guard let home = folders.first else {
      throw Refusal.conflict(
        "this studio shows single files: start it with a folder to record agents there")
    }
    let world = draft.kind.name
    var plan = try catalog.plan(PlanRequest(world))
    plan.subject = .world(try draft.kind.entry.make(map: draft.text))
    let path = "\(Files.trimmed(home))/try-\(world)-\(name).sqlite"
    var run = TrainingRun(plan, seed: 1, path: path)
    run.note = "a first try on the map \(name)"
    run.options.force = true
    let isFree = current.withLock { current in
      guard current?.isRunning != true else { return false }
      current = Trial(path: path, world: world, name: name)
      return true
    }
    guard isFree else { throw Refusal.conflict("an agent is learning already: stop it first") }
    let thread = SystemThread { [self, run] in learn(run) }
    guard let thread else { return fail("the system cannot start another thread") }
    thread.detach()
  }

  private func learn(_ run: TrainingRun) {
    do {
      let result = try run.run { now in
        self.current.withLock { current in
          current?.progress = now
          guard let trial = current else { return false }
          return trial.isWanted && monotonicSeconds() - trial.began < Self.seconds
        }
      }
      current.withLock { $0?.result = result }
    } catch {
      fail("\(error)")
    }
  }

  private func fail(_ sentence: String) { current.withLock { $0?.failure = sentence } }

  /// Stops at the next step; the recording is kept.
  func stop() { current.withLock { $0?.isWanted = false } }

  /// The status of the trial.
  var json: JSON {
    guard let trial = current.withLock({ $0 }) else { return ["status": "none"] }
    let status = trial.isRunning ? "learning" : trial.failure == nil ? "done" : "failed"
    var members: [JSON.Member] = [
      .init("status", .string(status)), .init("id", .string(Library.id(of: trial.path))),
      .init("file", .string(trial.path)), .init("world", .string(trial.world)),
      .init("name", .string(trial.name)), .init("is_there", .bool(Files.exists(trial.path))),
      .init("steps", .integer(trial.result?.steps ?? trial.progress.step)),
      .init("episodes", .integer(trial.result?.episodes ?? trial.progress.episodes)),
      .init("share", .number(trial.progress.share)),
      .init("last_return", .number(trial.progress.lastReturn)),
      .init("seconds", .number(trial.result?.seconds ?? monotonicSeconds() - trial.began)),
      .init("failure", .string(trial.failure ?? "")),
    ]
    if let result = trial.result {
      members += [
        .init("complete", .bool(result.isComplete)), .init("mean", .number(result.lastMean)),
        .init("best", .number(result.best)),
      ]
    }
    return .object(members)
  }
}
