import Platform
import Recordings
package import Rollouts
import Worlds

/// What is wrong with a requested run, and how large the run would be.
package struct TaskCheck: Sendable {
  /// A mistake in one field: the name of a setting, or of a member of a manifest's line; empty if it is
  /// in no single field.
  package struct Problem: Sendable, Equatable {
    package var field: String
    package var sentence: String
  }

  package private(set) var problems: [Problem] = []
  /// The most steps it can have, and their bytes; nil if unknown.
  package private(set) var steps: Int?
  package private(set) var bytes: Int?

  /// Checks a run without making it.
  package init(_ task: ManifestTask, in manifest: Manifest, _ catalog: Catalog = .builtIn) {
    do {
      switch task.start {
      case .new(let run): try check(run, task, manifest, catalog)
      case .resume(let path):
        let recording = try open(manifest.place(of: path), "resume")
        try check(task, goingOn: recording, mayChangeRules: false, catalog.plan)
      case .fork(let path, let moment):
        let recording = try open(manifest.place(of: path), "fork")
        try check(task, forking: recording, moment, catalog)
      }
    } catch let problem as Problem {
      problems.append(problem)
    } catch {
      problems.append(Problem(field: "", sentence: "\(error)"))
    }
  }

  /// The check as flat JSON.
  package var members: [JSON.Member] {
    let problems = problems.map { problem -> JSON in
      ["field": .string(problem.field), "sentence": .string(problem.sentence)]
    }
    return [
      .init("problems", .array(problems)), .init("steps", steps.map(JSON.integer) ?? .null),
      .init("bytes", bytes.map(JSON.integer) ?? .null),
    ]
  }
}

extension TaskCheck.Problem: Error {}

extension TaskCheck {
  private mutating func check(
    _ run: ManifestTask.NewRun, _ task: ManifestTask, _ manifest: Manifest, _ catalog: Catalog
  ) throws {
    let request = manifest.request(for: task, run)
    var usual = request
    (usual.overrides, usual.map, usual.text) = ([], nil, nil)
    // To find the field with the mistake: first without map, text and settings, then with each.
    var plan = try plan(usual, catalog, "preset")
    usual.map = request.map
    plan = try self.plan(usual, catalog, "map")
    if run.subject == TrainingText.subjectName {
      guard request.text?.isEmpty == false else {
        throw Problem(field: "text", sentence: "name a text, or a folder of texts")
      }
      usual.text = request.text
      plan = try self.plan(usual, catalog, "text")
    }
    let before = plan
    checkEach(request.overrides) { one in
      var plan = before
      try plan.set(
        [one], unknown: { .request("\(run.subject) has no setting '\($0)'") }, areComplete: false)
    }
    guard problems.isEmpty else { return }
    do {
      plan = try catalog.plan(request)
      let estimate = plan.estimate
      (steps, bytes) = (estimate?.steps, estimate?.bytes)
    } catch {
      problems.append(problem(error, among: before.explained))
    }
  }

  private func plan(
    _ request: PlanRequest, _ catalog: Catalog, _ field: String
  ) throws -> TrainingPlan {
    do {
      return try catalog.plan(request)
    } catch {
      throw Problem(field: field, sentence: "\(error)")
    }
  }

  private func open(_ path: String, _ field: String) throws -> Recording {
    do {
      return try Recording(path)
    } catch {
      throw Problem(field: field, sentence: "\(error)")
    }
  }

  private mutating func check(
    _ task: ManifestTask, forking recording: Recording, _ moment: String, _ catalog: Catalog
  ) throws {
    guard let named = RecordedMoment(moment) else {
      throw Problem(field: "at", sentence: "at is a step, N% or end, not '\(moment)'")
    }
    let step: Int
    do {
      step = try recording.step(at: named)
    } catch {
      throw Problem(field: "at", sentence: "\(error)")
    }
    try check(task, goingOn: recording, mayChangeRules: true) { _ in
      try catalog.plan(of: recording, at: step)
    }
  }

  /// Checks the changes of a run that continues from an earlier plan.
  private mutating func check(
    _ task: ManifestTask, goingOn recording: Recording, mayChangeRules: Bool,
    _ plan: (RunDescription) throws -> TrainingPlan
  ) throws {
    let plan = try plan(recording.trainingDescription())
    try plan.requireOwnTrainer(for: "continued")
    let steps = try recording.stepCount()
    let episodes = try recording.lastEpisodes(1).first?.number ?? 0
    func changed(_ change: PlanChange) throws -> TrainingPlan {
      try plan.changed(
        by: change, steps: steps, episodes: episodes, mayChangeRules: mayChangeRules)
    }
    checkEach(task.overrides) { one in
      var alone = plan
      try alone.set([one], unknown: { .request("there is no setting '\($0)'") }, areComplete: false)
    }
    guard problems.isEmpty else { return }
    do {
      let estimate = try changed(task.change).estimate
      (self.steps, bytes) = (estimate?.steps, estimate?.bytes)
    } catch {
      problems.append(problem(error, among: plan.explained))
    }
  }

  private mutating func checkEach(
    _ overrides: [(name: String, value: String)],
    _ set: ((name: String, value: String)) throws -> Void
  ) {
    for one in overrides {
      do {
        try set(one)
      } catch {
        problems.append(Problem(field: one.name, sentence: "\(error)"))
      }
    }
  }

  /// If settings do not fit together, the sentence begins with the one that has to change.
  private func problem(_ error: any Error, among known: [ExplainedSetting]) -> Problem {
    let sentence = "\(error)"
    let first = sentence.prefix { $0 != " " }
    let field = known.first { $0.member.key == first }?.member.key ?? ""
    return Problem(field: field, sentence: sentence)
  }
}
