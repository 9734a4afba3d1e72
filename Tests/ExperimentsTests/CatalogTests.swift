import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct CatalogTests {
  private let catalog = Catalog.builtIn

  /// The error that refuses a request.
  private func refusal(_ request: PlanRequest, _ catalog: Catalog = .builtIn) throws -> RunError {
    try #require(throws: RunError.self) { try catalog.plan(request) }
  }

  private func names(of error: RunError) -> (like: String, among: [String])? {
    guard case .name(let word, let known)? = error.remedy else { return nil }
    return (word, known)
  }

  @Test(arguments: Catalog.builtIn.subjects)
  func `every preset makes a plan under its name, with the settings that it names`(
    subject: String
  ) throws {
    let presets = try catalog.presets(of: subject)
    #expect(!presets.isEmpty && Set(presets.map(\.name)).count == presets.count)
    #expect(try catalog.plan(PlanRequest(subject)).preset == presets[0].name)
    for preset in presets {
      let plan = try catalog.plan(PlanRequest(subject, preset: preset.name))
      #expect(plan.name == subject && plan.preset == preset.name)
      #expect(plan.settings.trainerName == preset.trainerName)
      for (name, value) in preset.overrides {
        let found = try #require(plan.configuration[name], "\(preset.name) sets \(name)")
        if let number = Double(value) { #expect(found.double == number, "\(name)") }
      }
      let keys = plan.explained.map(\.member.key)
      #expect(Set(keys).count == keys.count, "no setting has the name of another one or of a rule")
    }
  }

  /// From the pages that the presets name.
  private static let published: [(subject: String, preset: String, key: String, value: Double)] = [
    ("maze", "default", "gamma", 0.99), ("lake", "gymnasium", "alpha", 0.8),
    ("lake", "gymnasium", "gamma", 0.95), ("lake", "gymnasium", "noise", 0),
    ("grid", "default", "noise", 0.2), ("grid", "default", "gamma", 0.9),
    ("crawler", "default", "gamma", 0.8), ("text", "original", "layers", 6),
    ("text", "original", "width", 384), ("breakout", "original-readme", "steps", 4_000_000),
  ]

  @Test(arguments: published.indices)
  func `presets have the published numbers`(index: Int) throws {
    let (subject, preset, key, value) = Self.published[index]
    let configuration = try catalog.plan(PlanRequest(subject, preset: preset)).configuration
    let found = try #require(configuration[key])
    #expect((found.double ?? found.text.flatMap(Double.init)) == value, "\(found)")
  }

  @Test func `given settings and rules override those of the preset`() throws {
    let plan = try catalog.plan(
      PlanRequest(
        "lake", preset: "gymnasium", overrides: [("gamma", "0.5"), ("noise", "0.25")]))
    #expect(plan.configuration["gamma"] == 0.5 && plan.configuration["noise"] == 0.25)
    #expect(plan.rules.contains(JSON.Member("noise", 0.25)))
    #expect(!plan.rules.contains { $0.key == "gamma" })
  }

  @Test func `an unknown name is refused with a list of the known ones`() throws {
    let world = try refusal(PlanRequest("maize"))
    #expect(world.kind == .request)
    #expect(try #require(names(of: world)) == ("maize", catalog.worlds.names))
    let preset = try refusal(PlanRequest("lake", preset: "gymnasum"))
    #expect(try #require(names(of: preset)) == ("gymnasum", ["default", "original", "gymnasium"]))
    let setting = try refusal(PlanRequest("maze", overrides: [("gama", "1")]))
    #expect(try #require(names(of: setting)).like == "gama")
    #expect(try #require(names(of: setting)).among.contains("gamma"))
    #expect(try #require(names(of: setting)).among.contains("step_limit"))
    let map = try refusal(PlanRequest("maze", map: "classic-4×4"))
    #expect(try #require(names(of: map)).among.contains("classic-4x4"))
  }

  @Test func `options that do not go together are an error of the request`() throws {
    let requests = [
      PlanRequest("snake", map: "classic-4x4"), PlanRequest("text", map: "classic-4x4"),
      PlanRequest("maze", text: "poem.txt"), PlanRequest("maze", policy: "gpt"),
      PlanRequest("breakout", preset: "default", policy: "gpt"),
      PlanRequest("maze", overrides: [("gamma", "2")]),
      PlanRequest("city", overrides: [("double", "yes")]),
      PlanRequest("text", preset: "nano", overrides: [("heads", "5")]),
    ]
    for request in requests { #expect(try refusal(request).kind == .request, "\(request)") }
  }

  @Test func `a policy chooses the first preset whose network is of its kind`() throws {
    #expect(Set(catalog.policies) == ["mlp", "gpt"])
    #expect(try catalog.plan(PlanRequest("breakout", policy: "gpt")).preset == "gpt")
    #expect(try catalog.plan(PlanRequest("breakout", policy: "mlp")).preset == "default")
    let named = PlanRequest("breakout", preset: "original", policy: "gpt")
    #expect(try catalog.plan(named).preset == "original")
  }

  @Test func `a map is found by its name and by its file`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mine.txt"
      write(try Repository.bytes("maps/mazes/fork-7x11.txt"), to: file)
      let named = try catalog.plan(PlanRequest("maze", map: "fork-7x11")).description(seed: 0)
      let read = try catalog.plan(PlanRequest("maze", map: file)).description(seed: 0)
      #expect(named.world == read.world)
      let usual = try catalog.plan(PlanRequest("maze")).description(seed: 0)
      #expect(usual.world.map != named.world.map)
      write(Array("reel map lake\n\nSF\nFG\n".utf8), to: file)
      let other = try refusal(PlanRequest("maze", map: file))
      #expect(other.kind == .run && other.description.hasPrefix("\(file): "))
      #expect(try refusal(PlanRequest("maze", map: "\(folder)/none.txt")).kind == .run)
    }
  }

  /// A plan of each kind, with settings and rules that no preset has.
  private static let changed: [PlanRequest] = [
    PlanRequest("maze", map: "fork-7x11", overrides: [("alpha", "linear(0.5,0.1)")]),
    PlanRequest("lake", preset: "gymnasium", overrides: [("noise", "0.125"), ("ties", "first")]),
    PlanRequest("crawler", overrides: [("step_limit", "77")]),
    PlanRequest("snake", preset: "strong", overrides: [("hidden", "8,9"), ("food_reward", "3")]),
    PlanRequest("city", preset: "course", overrides: [("edge_reward", "-0.5")]),
    PlanRequest("breakout", policy: "gpt", overrides: [("width", "32")]),
    PlanRequest("reacher", overrides: [("worlds", "3"), ("activation", "relu")]),
    PlanRequest("text", preset: "nano", overrides: [("bias", "yes"), ("tokens", "pairs")]),
  ]

  @Test(arguments: changed.indices)
  func `a plan can be rebuilt from its description in a recording`(index: Int) throws {
    let plan = try catalog.plan(Self.changed[index])
    let again = try catalog.plan(of: plan.description(seed: 7))
    #expect(again.configuration == plan.configuration && again.preset == plan.preset)
    #expect(again.description(seed: 7) == plan.description(seed: 7))
  }

  @Test(arguments: changed.indices.dropLast())
  func `the changes that a reproduction names rebuild the same plan`(index: Int) throws {
    let request = Self.changed[index]
    let run = try catalog.plan(request).description(seed: 7)
    let training = catalog.training(run, recordedIn: "run.sqlite")
    let given = request.overrides.map(\.name)
    #expect(Set(training.changes.map(\.key)) == Set(given) && training.seed == 7)
    let map: String? = if case .named(let name)? = training.map { name } else { nil }
    let again = PlanRequest(
      training.subject, map: map, preset: training.preset,
      overrides: training.changes.map { ($0.key, $0.value.text ?? $0.value.compact) })
    #expect(try catalog.plan(again).description(seed: 7) == run)
  }

  @Test func `a map without a name is exported from the recording`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mine.txt"
      write(Array("reel map maze\n\nS.\n.G\n".utf8), to: file)
      let plan = try catalog.plan(PlanRequest("maze", map: file))
      let training = catalog.training(
        plan.description(seed: 1), recordedIn: "recordings/small.sqlite")
      #expect(
        training.map == .recorded(in: "recordings/small.sqlite", file: "maps/small.txt"))
      #expect(training.changes.allSatisfy { $0.key == "step_limit" }, "\(training.changes)")
    }
  }

  @Test func `what is not in the tables is unknown everywhere`() throws {
    let run = try catalog.plan(PlanRequest("maze")).description(seed: 1)
    var small = catalog
    small.worlds.entries.removeAll { $0.name == "maze" }
    #expect(!small.subjects.contains("maze"))
    #expect(try names(of: refusal(PlanRequest("maze"), small))?.among == small.worlds.names)
    #expect(throws: RunError.self) { try small.plan(of: run) }
    #expect(throws: RunError.self) { try small.presets(of: "nothing") }
    small = catalog
    small.trainers.entries.removeAll { $0.name == "qtable" }
    #expect(try small.plan(of: run).settings is RecordedSettings)
    small.trainers.entries.removeAll { $0.name == "gpt" }
    #expect(!small.subjects.contains("text") && catalog.subjects.last == "text")
  }

  @Test func `a recording with different actions or fields is refused`() throws {
    var run = try catalog.plan(PlanRequest("snake")).description(seed: 1)
    run.world.actions.removeLast()
    #expect(throws: RunError.self) { try catalog.plan(of: run) }
    run = try catalog.plan(PlanRequest("snake")).description(seed: 1)
    run.world.fields[0].offset += 1
    #expect(throws: RunError.self) { try catalog.plan(of: run) }
  }

  @Test func `a plan for text has no world, and without a text it has no trainer`() throws {
    let plan = try catalog.plan(PlanRequest("text"))
    guard
      case .languageModelViews? = try #require(
        throws: RunError.self, performing: { try plan.world() }
      ).remedy
    else {
      Issue.record("the error lists the views of a language model")
      return
    }
    #expect(throws: RunError.self) { try plan.trainer(seed: 1) }
    #expect(plan.rules.isEmpty && plan.estimate == nil)
  }
}
