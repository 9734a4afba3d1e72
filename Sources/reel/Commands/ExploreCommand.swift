import Analysis
import Experiments
import Pictures
import Platform
import Raster
import Rollouts
import Worlds

/// Shows what a world is like before any training.
struct ExploreCommand: Command {
  static let name = "explore"
  static let summary = "show a world's spaces, what each action does, and what random play earns"
  static let group = CommandGroup.study
  static let examples = [
    "reel explore snake", "reel explore lake --map 8x8 --set noise=0",
    "reel explore transformer -o output/transformer.png",
  ]

  private let world: String
  private let output: String?
  private let force: Bool
  private let map: String?
  private let preset: String?
  private let overrides: [String]
  private let seed: UInt64
  private let episodes: Int

  init(_ arguments: inout Arguments) throws {
    world = try arguments.positional(
      "WORLD", choices: Catalog.builtIn.worlds.names + [TransformerDemo.word],
      help: "the world, or the parts of a transformer")
    map = try arguments.option(
      "--map", value: "FILE", help: "a map's file, or a name such as classic-4x4")
    preset = try arguments.option("--preset", value: "NAME", help: "the preset whose rules apply")
    overrides = try arguments.repeatedOption("--set", value: "NAME=VALUE", help: "change a rule")
    seed = UInt64(
      try arguments.count("--seed", in: 0...Int.max, help: "seed of all random numbers (default 1)")
        ?? 1)
    episodes =
      try arguments.count(
        "--episodes", in: 1...100_000, help: "episodes of random play (default 100)")
      ?? 100
    output = try arguments.option(
      "-o", "--output", value: "FILE", help: "for a transformer: its attention, a .png or .svg")
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    if world == TransformerDemo.word { return try demonstrate(console) }
    if output != nil { throw Failure.usage("-o is for explore \(TransformerDemo.word)") }
    let plan = try Catalog.builtIn.plan(
      PlanRequest(
        self.world, map: map, preset: preset, overrides: overrides.map(Arguments.setting)))
    let world = try plan.world().readyToStep()
    let exploration = try Exploration(world, seed: seed, episodes: episodes)
    if console.isJSON {
      console.print(json(world, exploration))
      return .done
    }
    console.print(spaces(world))
    let begin = exploration.fixed.first.map { ", from\n  \($0.first)" } ?? ""
    console.print("\none action, \(Exploration.steps) steps\(begin)\n\n" + trials(exploration))
    console.print(
      "\n\(episodes) episodes of random play: mean return \(shown(exploration.random))\n"
        + "\(episodes) of nothing but \(exploration.idleName): \(shown(exploration.idle))")
    return .done
  }

  private func demonstrate(_ console: Console) throws -> ExitCode {
    let demo = TransformerDemo(seed: seed)
    if let output {
      try DrawingFile(output, replacing: force).write(demo.picture)
    }
    if console.isJSON {
      console.print(demo.json)
    } else {
      console.print(demo.text)
      if let output { console.print(output) }
    }
    return .done
  }

  private func spaces(_ world: any World) -> String {
    let description = world.description
    let seen = world as? any ObservableWorld
    let states =
      (world as? any TabularWorld).map { "\(NumberText.grouped($0.dynamics.states)) states" }
      ?? "states as bytes, \(seen?.observationCount ?? 0) numbers seen"
    var lines = [
      [description.name, description.mapName].filter { !$0.isEmpty }.joined(separator: " "),
      "\(states), \(actions(of: world)), at most \(NumberText.grouped(world.stepLimit)) steps",
      "", "a state",
    ]
    let fields = description.fields.filter { $0.subject == "state" }
    let widest = fields.map(\.name.count).max() ?? 0
    lines.append(
      Help.rows(
        fields.map {
          let name = $0.name + String(repeating: " ", count: widest - $0.name.count)
          return ("\(name)  \($0.type)\($0.count > 1 ? " × \($0.count)" : "")", $0.description)
        }))
    if let seen {
      lines += ["what a network sees"]
      lines.append(Help.rows([("", seen.observationNames.joined(separator: ", "))]))
    }
    // The rows already end with a line break.
    return String(lines.joined(separator: "\n").dropLast())
  }

  private func actions(of world: any World) -> String {
    if case .continuous(let count)? = (world as? any ObservableWorld)?.actionSpace {
      return "actions of \(count) real numbers"
    }
    return "\(world.description.actions.count) actions"
  }

  private func trials(_ exploration: Exploration) -> String {
    var table = TextTable(["action", "steps", "return", "then", "to"], right: [1, 2])
    for trial in exploration.fixed {
      table.add([
        trial.name, "\(trial.steps)", NumberFormat.decimal(trial.total, 2), trial.ending.name,
        trial.last,
      ])
    }
    return table.text
  }

  private func shown(_ returns: [Double]) -> String {
    "\(NumberFormat.decimal(Statistics.mean(returns), 2)) ± \(NumberFormat.decimal(Statistics.standardDeviation(returns), 2)), "
      + "\(NumberFormat.decimal(returns.min() ?? 0, 2)) to \(NumberFormat.decimal(returns.max() ?? 0, 2))"
  }

  private func json(_ world: any World, _ exploration: Exploration) -> JSON {
    let description = world.description
    return [
      "world": .string(description.name), "map": .string(description.mapName),
      "states": (world as? any TabularWorld).map { .integer($0.dynamics.states) } ?? .null,
      "observation": .array(
        ((world as? any ObservableWorld)?.observationNames ?? []).map(JSON.string)),
      "actions": .array(description.actions.map { .string($0.name) }),
      "step_limit": .integer(world.stepLimit),
      "fixed": .array(
        exploration.fixed.map { trial in
          [
            "action": .string(trial.name), "steps": .integer(trial.steps),
            "return": .number(trial.total), "ending": .string(trial.ending.name),
          ]
        }),
      "random_mean_return": .number(Statistics.mean(exploration.random)),
      "idle_mean_return": .number(Statistics.mean(exploration.idle)),
    ]
  }
}
