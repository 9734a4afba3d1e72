import Experiments
import Platform
import Rollouts

/// A form's request: one run, or one for each of several seeds. Recordings are named by their ids, and new
/// ones are made in the studio's folder.
struct TrainingWish {
  private let task: ManifestTask
  private let seeds: [UInt64]
  private let name: String
  private let part: TrainPart

  /// The most runs of one request.
  private static let mostSeeds = 100

  /// Parses what was posted: a manifest's line without `output`, with `seeds` in place of a seed, a `name`,
  /// and ids in place of the files to resume or to fork.
  init(_ json: JSON, in part: TrainPart) throws {
    guard case .object(var members) = json else { throw Refusal.invalid("a run is a JSON object") }
    name = json["name"]?.text ?? ""
    seeds = try Seeds.parse(json["seeds"]?.text ?? "1", most: Self.mostSeeds)
    members.removeAll { ["name", "seeds", "output", "seed"].contains($0.key) }
    for index in members.indices {
      switch members[index].key {
      case "resume", "fork":
        let path = try part.library.entry(members[index].value.text ?? "").path
        members[index].value = .string(Self.path(path, from: part.manifest))
      // File names are relative to the folder in which the studio was started.
      case "text": members[index].value = Self.resolved(members[index].value)
      case "map" where members[index].value.text?.contains("/") == true:
        members[index].value = Self.resolved(members[index].value)
      default: break
      }
    }
    if json["resume"] == nil { members.append(.init("output", "new.sqlite")) }
    task = try ManifestTask(json: .object(members))
    self.part = part
  }

  /// The runs, each with its seed and its file.
  func tasks() throws -> [ManifestTask] {
    if case .resume = task.start { return [task] }
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }),
      !name.hasPrefix(".")
    else { throw Refusal.invalid("name has letters, numbers, dots, - and _, not '\(name)'") }
    guard case .new(let new) = task.start else { return [try named(task, stem: forkStem)] }
    return try seeds.map { seed in
      var (task, new) = (task, new)
      new.seed = seed
      task.start = .new(new)
      let request = PlanRequest(new.subject, preset: new.preset, policy: new.policy)
      let trainer = try? part.catalog.preset(request).trainerName
      let stem = name.isEmpty ? "\(new.subject)-\(trainer ?? "run")" : name
      let isOne = seeds.count == 1 && !name.isEmpty
      return try named(task, stem: isOne ? stem : "\(stem)-s\(seed)")
    }
  }

  private var forkStem: String {
    guard name.isEmpty, case .fork(let path, let moment) = task.start else { return name }
    return "\(Files.stem(path))-at-\(moment.replacing("%", with: "pc"))"
  }

  private func named(_ task: ManifestTask, stem: String) throws -> ManifestTask {
    var task = task
    let stem = stem.hasSuffix(".sqlite") ? String(stem.dropLast(7)) : stem
    task.output = try part.manifest.freeOutput(stem)
    return task
  }

  /// A path as it appears in a line of the manifest.
  private static func path(_ path: String, from manifest: Manifest) -> String {
    let folder = Files.folder(of: manifest.path)
    if Files.folder(of: path) == folder { return Files.name(of: path) }
    return Files.resolved(path)
  }

  private static func resolved(_ value: JSON) -> JSON {
    value.text.map { $0.isEmpty ? .string("") : .string(Files.resolved($0)) } ?? value
  }
}
