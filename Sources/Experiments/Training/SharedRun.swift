import Neural
import Platform
import Rollouts
import Trainers

/// How processes shared a run: what each computed, and the time for communication.
package struct Sharing: Sendable {
  /// How many rows each process took through networks forward, and forward and back.
  package var forward: [Int]
  package var backward: [Int]
  /// How long each process sent, received and waited for the others, in seconds, and how many bytes.
  package var seconds: [Double]
  package var bytes: [Int]

  /// The counts of all processes, which all of them must collect together.
  init(_ ranks: Ranks, _ rows: RowCount) {
    func all<Number: BitwiseCopyable>(_ mine: Number) -> [Number] {
      var all = [Number](repeating: mine, count: ranks.count)
      ranks.gather(&all)
      return all
    }
    let traffic = ranks.traffic
    (forward, backward) = (all(rows.forward), all(rows.backward))
    (seconds, bytes) = (all(traffic.seconds), all(traffic.bytes))
  }

  /// How many processes there were.
  package var ranks: Int { forward.count }

  /// The longest time that one of them sent, received and waited.
  package var communicationSeconds: Double { seconds.max() ?? 0 }
}

extension Ranks? {
  /// Refuses processes that run other programs, compute differently, or do something else: they
  /// would wait for each other for ever, or record what no single process would.
  func compareProgram(resuming: Bool) throws {
    guard self != nil else { return }
    try compare("do the same: some begin a run, and others resume one", "\(resuming)")
    try compare("run the same program", reelVersion + " " + Self.hashOfProgram())
    try compare("compute alike, as their processors differ", Arithmetic.current)
  }

  /// Refuses processes that would train something else.
  func compare(_ plan: TrainingPlan, seed: UInt64, _ change: PlanChange = PlanChange()) throws {
    guard self != nil else { return }
    let description = plan.description(seed: seed)
    try compare("learn the same", "\(plan.name) \(description.trainer)")
    try compare("have the same map or text", description.world.map)
    try compare("have the same settings", plan.configuration.compact)
    try compare("have the same seed", "\(seed)")
    try compare("continue to the same end", "\(change)")
  }

  private func compare(_ what: String, _ text: String) throws(RunError) {
    guard let other = firstToDiffer(in: SHA256.hash(Array(text.utf8))) else { return }
    throw RunError.request(
      "the processes of a run must all \(what); process \(other) differs from process 0")
  }

  /// The hash of this process's executable.
  private static func hashOfProgram() throws -> String {
    var hash = SHA256()
    let (path, piece) = (Files.resolved("/proc/self/exe"), 1 << 22)
    let size = Files.size(path) ?? 0
    for first in stride(from: 0, to: size, by: piece) {
      hash.update(try Files.part(first..<Swift.min(first + piece, size), of: path))
    }
    return "\(hash.finished())"
  }
}

// MARK: What the first process reads for all of them

extension Ranks? {
  /// A recording's description, which only the first process reads.
  func description(
    in catalog: Catalog, _ own: () throws -> RunDescription
  ) throws -> RunDescription {
    guard let self else { return try own() }
    if self.rank == 0 {
      let run = try own()
      _ = self.broadcast(Array(run.shared.compact.utf8))
      return run
    }
    return try RunDescription(
      shared: JSON(parsing: String(decoding: self.broadcast([]), as: UTF8.self)), catalog)
  }

  /// A recording's checkpoint, which only the first process reads.
  func checkpoint(_ own: () throws -> Checkpoint) throws -> Checkpoint {
    guard let self else { return try own() }
    let mine = self.rank == 0 ? try own() : nil
    let facts: JSON = [
      "step": .integer(mine?.step ?? 0), "kind": .string(mine?.kind ?? ""),
      "state": .string(mine?.trainingState ?? ""),
    ]
    let all = try JSON(
      parsing: String(decoding: self.broadcast(Array(facts.compact.utf8)), as: UTF8.self))
    let parameters = self.broadcast(mine?.parameters ?? [])
    return Checkpoint(
      step: all["step"]?.int ?? 0, kind: all["kind"]?.text ?? "", parameters: parameters,
      trainingState: all["state"]?.text ?? "")
  }

  /// Recorded transitions, which only the first process reads.
  func transitions(_ own: () throws -> [Transition]) throws -> [Transition] {
    guard let self else { return try own() }
    let mine = self.rank == 0 ? try own() : []
    let sent = self.broadcast(Array(JSON.array(mine.map(\.shared)).compact.utf8))
    guard case .array(let rows) = try JSON(parsing: String(decoding: sent, as: UTF8.self)) else {
      return []
    }
    return rows.compactMap(Transition.init(shared:))
  }
}

extension RunDescription {
  /// What the others need to know about a run to train it.
  fileprivate var shared: JSON {
    [
      "world": .string(world.name), "map": .string(world.map), "map_name": .string(world.mapName),
      "trainer": .string(trainer), "preset": .string(preset), "seed": .integer(Int(seed)),
      "configuration": configuration,
    ]
  }

  fileprivate init(shared json: JSON, _ catalog: Catalog) throws {
    func text(_ key: String) -> String { json[key]?.text ?? "" }
    let (name, configuration) = (text("world"), json["configuration"] ?? .null)
    let world =
      name == TrainingText.subjectName
      ? TrainingText(text("map"), name: text("map_name")).description
      : try catalog.world(name, map: text("map"), configuration: configuration).description
    self.init(
      world: world, trainer: text("trainer"), preset: text("preset"),
      seed: UInt64(json["seed"]?.int ?? 0), configuration: configuration)
  }
}

extension Transition {
  fileprivate var shared: JSON {
    [
      "episode": .integer(episode), "state": state.shared, "action": action.shared,
      "reward": .number(reward), "next": next.shared, "ending": .integer(Int(ending.rawValue)),
    ]
  }

  fileprivate init?(shared json: JSON) {
    guard let episode = json["episode"]?.int, let state = json["state"].map(Value.init(shared:)),
      let action = json["action"].map(Value.init(shared:)), let reward = json["reward"]?.double,
      let next = json["next"].map(Value.init(shared:)),
      let ending = json["ending"]?.int.flatMap({ Ending(rawValue: UInt8($0)) })
    else { return nil }
    self.init(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
  }
}

extension Value {
  fileprivate var shared: JSON {
    switch self {
    case .index(let index): .integer(index)
    case .bytes(let bytes): .array(bytes.map { .integer(Int($0)) })
    }
  }

  fileprivate init(shared json: JSON) {
    if case .array(let bytes) = json {
      self = .bytes(bytes.compactMap { $0.int.flatMap(UInt8.init(exactly:)) })
    } else {
      self = .index(json.int ?? 0)
    }
  }
}
