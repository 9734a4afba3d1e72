import Platform
import Recordings
import Rollouts

/// A question that is answered by training with several settings.
package struct Study: Sendable {
  package let name: String
  package let question: String
  /// The usual guess of people who did not measure.
  package let usualAnswer: String
  /// What is trained.
  package let subject: String
  /// The setting that varies, and its values, the usual one first.
  package let setting: String
  package let values: [String]

  /// The questions of the city course.
  package static let all = [
    Study(
      name: "boundary",
      question:
        "What happens when the penalty at the map's edge is weak against that off the road?",
      usualAnswer: "the car gets stuck at the border", subject: "city",
      setting: "edge_reward", values: ["-1", "-0.5", "-0.2", "0"]),
    Study(
      name: "temperature",
      question: "What happens when the (inverse) temperature is reduced?",
      usualAnswer: "the car moves jerkily, because it explores more", subject: "city",
      setting: "temperature", values: ["100", "30", "10", "3", "1", "0.3", "0"]),
    Study(
      name: "gamma",
      question: "What happens when the discount γ is reduced?",
      usualAnswer: "the car becomes short-sighted and runs in circles", subject: "city",
      setting: "gamma", values: ["0.9", "0.99", "0.7", "0.5", "0.1"]),
  ]

  /// The study with a name; nil if there is none.
  package static func named(_ name: String) -> Study? { all.first { $0.name == name } }
}

/// The runs that answer a study: several seeds for each value.
package struct StudyRuns: Sendable {
  package let study: Study
  package let values: [String]
  package let seeds: [UInt64]
  package let steps: Int
  /// The plan of the first value.
  package let plan: TrainingPlan
  private let runs: [TrainingRun]

  /// The runs of a study in a folder, with other values, settings or rules if given.
  package init(
    _ study: Study, values: [String]? = nil, seeds: [UInt64], steps: Int, folder: String,
    map: String? = nil, preset: String? = nil, overrides: [(name: String, value: String)] = [],
    in catalog: Catalog = .builtIn
  ) throws {
    let values = values ?? study.values
    let plans = try values.map { value in
      try catalog.plan(
        PlanRequest(
          study.subject, map: map, preset: preset,
          overrides: overrides + [("steps", "\(steps)"), (study.setting, value)]))
    }
    guard let plan = plans.first else { throw RunError.request("a study needs values to try") }
    (self.study, self.values, self.seeds, self.steps) = (study, values, seeds, steps)
    self.plan = plan
    runs = zip(values, plans).flatMap { value, plan in
      seeds.map { seed in
        var run = TrainingRun(
          plan, seed: seed, path: "\(folder)/runs/\(study.setting)\(value)-s\(seed).sqlite")
        run.tags = ["study-\(study.name)"]
        run.options = RecordingOptions(force: true)
        return run
      }
    }
  }

  /// The number of runs in all, and the runs that are not finished with exactly the same settings.
  package func missing() throws -> (all: Int, missing: [TrainingRun]) {
    (runs.count, try runs.filter { try !isDone($0) })
  }

  private func isDone(_ run: TrainingRun) throws -> Bool {
    guard Files.exists(run.path), let recording = try? Recording(run.path),
      let known = try? recording.description()
    else { return false }
    let wanted = run.plan.description(seed: run.seed)
    return try known.configuration == wanted.configuration && known.world == wanted.world
      && known.seed == run.seed && recording.finalCheckpoint()?.step == steps
      && recording.stepCount() == steps
  }

  /// The results of the finished runs, value by value; if `progress` returns false, it stops.
  package func results(
    in catalog: Catalog = .builtIn, progress: @escaping @Sendable (Double, String) -> Bool
  ) throws -> [StudyResult] {
    let labels = values.flatMap { Array(repeating: $0, count: seeds.count) }
    return try onAllCores(runs.count, progress: progress) { index, progress in
      let (run, value) = (runs[index], labels[index])
      guard progress(0, "\(value), seed \(run.seed)") else { throw RunError.cancelled }
      return try StudyResult(run.path, value: value, seed: run.seed, in: catalog)
    }
  }
}
