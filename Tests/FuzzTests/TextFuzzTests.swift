import Foundation
import Rollouts
import TestSupport
import Testing
import Trainers
import Worlds

/// Maps, JSON, tensors and settings, wrong in many ways: each is refused with one sentence, or works.
@Suite struct TextFuzzTests {
  @Test func `wrong maps`() throws {
    let seeds =
      try Fuzz.files("maps/mazes", ending: ".txt")
      + Fuzz.files("maps/lakes", ending: ".txt") + Fuzz.files("maps/grids", ending: ".txt")
    let words = ["reel map maze", "reel map lake", "reel map grid", "legend", "S", "G", "#", "+1"]
    try Fuzz(target: "maps", seeds: seeds, words: words).run { mutator, input in
      let map = try GridMap(parsing: String(decoding: input, as: UTF8.self))
      let dynamics = GridWorld(map).dynamics
      for action in 0..<dynamics.actions { _ = dynamics.outcome(dynamics.start, executing: action) }
    }
  }

  @Test func `wrong cities`() throws {
    var seeds = try Fuzz.files("maps/cities", ending: ".geojson").filter { $0.count < 60_000 }
    seeds.append(Array(CityGenerator.geoJSON(seed: 1).utf8))
    let words = [
      "\"LineString\"", "\"coordinates\":", "[181, 91]", "\"highway\"", "\"Point\"", "1e300",
    ]
    try Fuzz(target: "cities", seeds: seeds, words: words, share: 0.3).run { mutator, input in
      // A city that was accepted must also be playable.
      let world = try CityWorld(CityMap(parsing: String(decoding: input, as: UTF8.self)))
      let generator = Generator(seed: 1)
      var state = world.start(generator.draws(for: .start, episode: 1, t: 0))
      for t in 0..<20 {
        let action = mutator.number(0..<3)
        let step = world.step(state, action, generator.draws(for: .world, episode: 1, t: t))
        state = step.next
        var values = Array(repeating: Float(0), count: world.observationCount)
        var span = values.mutableSpan
        world.observe(state, into: &span)
        if step.ending != .running { return }
      }
    }
  }

  @Test func `wrong JSON`() throws {
    let text = #"{"a":[1,-2.5e3,"x\u00e9\n",null,true,{"b":{}}],"c":"\"\\"}"#
    try Fuzz(target: "json", seeds: [Array(text.utf8)]).run { _, input in
      let json = try JSON(parsing: String(decoding: input, as: UTF8.self))
      guard (try? JSON(parsing: json.compact)) == json else {
        throw Fuzz.Finding(sentence: "what was written is not what was read")
      }
    }
  }

  @Test func `wrong safetensors`() throws {
    let names = ["reel", "python", "neural"]
    let seeds = try names.map {
      [UInt8](
        try Data(
          contentsOf: URL(fileURLWithPath: "\(Repository.root)/Tests/Reference/\($0).safetensors")))
    }
    let words = ["\"F32\"", "\"F64\"", "\"shape\":", "\"data_offsets\":", "[0,8]", "__metadata__"]
    try Fuzz(target: "safetensors", seeds: seeds, words: words).run { _, input in
      let file = try Safetensors(decoding: input)
      guard let again = try? Safetensors(decoding: file.encoded()),
        again.encoded() == file.encoded()
      else { throw Fuzz.Finding(sentence: "what was written is not what was read") }
    }
  }

  @Test func `wrong settings`() throws {
    let seeds = [
      "alpha=0.1", "epsilon=exponential(1.0,0.995,0.01)", "learning_rate=linear(0.001,5e-05)",
      "gamma=0.99", "hidden=128,128", "episodes=1000", "learning_rate=cosine(1,0,half)",
      "ties=first",
      "snapshot_every=0", "minibatch=256", "noise=0.2", "step_limit=100", "rows=25",
      "physics=mujoco",
    ].map { Array($0.utf8) }
    let words = ["=", ",", "linear(", "exponential(", "constant(", ")", "true", "cosine("]
    let worlds = try BuiltInWorlds.table().entries.map { try $0.make() }
    try Fuzz(target: "settings", seeds: seeds, words: words).run { _, input in
      let text = String(decoding: input, as: UTF8.self)
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return }
      let (name, value) = (String(parts[0]), String(parts[1]))
      var (table, dqn, ppo) = (QTableConfiguration(), DQNConfiguration(), PPOConfiguration())
      _ = try table.set(name, to: value)
      _ = try dqn.set(name, to: value)
      _ = try ppo.set(name, to: value)
      try dqn.validate()
      try ppo.validate()
      for step in [0, 1, 999, 1 << 53] {
        _ = table.alpha.value(episode: step, of: 1000)
        _ = ppo.learningRate(step: step)
      }
      for world in worlds { _ = try world.applying([(name, value)]) }
    }
  }
}
