import Platform
package import Recordings
import Rollouts

/// What is left to do for a line of a manifest.
package enum TaskWork {
  /// The recording does not exist yet.
  case train(TrainingRun)
  /// It exists, and is not done.
  case resume(ResumedRun, PlanChange)
  /// The part that it shares with its parent is not copied yet.
  case fork(Recording, step: Int)
  /// Everything is done.
  case nothing
}

extension Manifest {
  /// The recording of a line's run.
  package func recording(of task: ManifestTask) -> String { place(of: task.output) }

  /// What is left to do for a requested run.
  package func work(for task: ManifestTask, in catalog: Catalog = .builtIn) throws -> TaskWork {
    let path = recording(of: task)
    if case .resume = task.start { return try work(toExtend: path, task, catalog) }
    guard Files.isTaken(path) else { return try work(toBegin: path, task, catalog) }
    let recording = try Recording(path)
    try check(recording, is: task, catalog)
    return try remaining(of: recording, task, PlanChange(), catalog)
  }

  private func work(
    toBegin path: String, _ task: ManifestTask, _ catalog: Catalog
  ) throws -> TaskWork {
    switch task.start {
    case .new(let new):
      var run = TrainingRun(
        try catalog.plan(request(for: task, new)), seed: new.seed, path: path)
      (run.tags, run.note) = (task.tags, task.note)
      return .train(run)
    case .fork(let parent, let moment):
      let parent = try Recording(place(of: parent))
      return .fork(parent, step: try parent.step(at: moment))
    case .resume: preconditionFailure("its recording is there already")
    }
  }

  /// The catalog's request for a new run; file names are relative to the manifest's folder.
  package func request(for task: ManifestTask, _ run: ManifestTask.NewRun) -> PlanRequest {
    let length =
      (task.episodes.map { [("episodes", "\($0)")] } ?? [])
      + (task.steps.map { [("steps", "\($0)")] } ?? [])
    return PlanRequest(
      run.subject, map: run.map.map { $0.contains("/") ? place(of: $0) : $0 },
      text: run.text.map(place), preset: run.preset, policy: run.policy,
      overrides: task.overrides + length)
  }

  /// A run that was already extended by this line continues with those settings.
  private func work(
    toExtend path: String, _ task: ManifestTask, _ catalog: Catalog
  ) throws -> TaskWork {
    let recording = try Recording(path)
    let plan = try catalog.plan(of: recording.description())
    var changed = plan.settings
    try refusingSettings {
      for (name, value) in task.overrides + (task.steps.map { [("steps", "\($0)")] } ?? []) {
        _ = try changed.set(name, to: value)
      }
      // A number of steps alone determines how many episodes are possible.
      if task.steps == nil, let episodes = task.episodes {
        _ = try changed.set("episodes", to: "\(episodes)")
      }
    }
    let isExtended = changed.members == plan.settings.members
    return try remaining(
      of: recording, task, isExtended ? PlanChange() : task.change, catalog)
  }

  private func remaining(
    of recording: Recording, _ task: ManifestTask, _ change: PlanChange, _ catalog: Catalog
  ) throws -> TaskWork {
    let target = try TaskTarget(of: task, in: recording)
    if try target.reached(in: recording).isAll { return .nothing }
    return .resume(try ResumedRun(recording.path, in: catalog), change)
  }

  /// Refuses a recording of another run than the line asks for.
  private func check(
    _ recording: Recording, is task: ManifestTask, _ catalog: Catalog
  ) throws {
    let found = try recording.description()
    let refusal = RunError.run("\(recording.path) holds another run: the line cannot record there")
    switch task.start {
    case .new(let new):
      let plan = try catalog.plan(request(for: task, new))
      let wanted = plan.description(seed: new.seed)
      let settings = try recording.sessions().first?.configuration
      guard found.purpose == .train, found.parent == nil, found.trainer == wanted.trainer,
        found.world == wanted.world, found.seed == new.seed, settings == wanted.configuration
      else { throw refusal }
    case .fork(let parent, _):
      guard let known = found.parent, Files.name(of: known.file) == Files.name(of: parent) else {
        throw refusal
      }
    case .resume: break
    }
  }
}

extension Recording {
  /// The step of a typed moment.
  fileprivate func step(at text: String) throws -> Int {
    guard let moment = RecordedMoment(text) else {
      throw RunError.request("at is a step, N% or end, not '\(text)'")
    }
    return try step(at: moment)
  }
}
