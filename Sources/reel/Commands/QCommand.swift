import Experiments
import Platform
import Recordings
import Rollouts

/// Shows a Q-table's values of one state at any step.
struct QCommand: Command {
  static let name = "q"
  static let summary = "show a state's action values at any step, and its last updates"
  static let group = CommandGroup.look
  static let examples = ["reel q recordings/maze.sqlite --state 2,1 --at 5000"]

  private let file: String
  private let stateText: String?
  private let at: String?
  private let updates: Int

  init(_ arguments: inout Arguments) throws {
    file = try arguments.positional("FILE", help: "a recording of a Q-table")
    stateText = try arguments.option(
      "--state", value: "ROW,COLUMN", help: "x,y in CS188 grids; default the start")
    at = try arguments.option("--at", value: "STEP", help: "a step, N% or end (default)")
    updates =
      try arguments.count("--updates", in: 0...100_000, help: "last updates shown (default 5)") ?? 5
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let recording = try Recording(file)
    let run = try recording.description()
    let start = try Catalog.builtIn.tableStart(of: recording)
    let moment = try RecordedMoment(option: "--at", at)
    let step = try recording.step(at: moment)
    let table = try Catalog.builtIn.table(of: recording, at: moment)
    let names = StateNames(run.world)
    let state = try stateText.map { try names.state(typed: $0, below: table.states) } ?? start
    let last =
      try recording.foldsTable()
      ? recording.qUpdates(of: state, before: step, last: updates) : []
    let world = (try? Catalog.builtIn.plan(of: run).world()) as? any TabularWorld
    let view = QView(
      table: table, state: state, step: step, names: names, updates: last,
      remark: table.visits(in: state) == 0 ? world?.remark(on: state) : nil)
    console.isJSON ? console.print(view.json) : console.print(view.text)
    return .done
  }
}

/// One state of a table, as text and as JSON.
private struct QView {
  let table: QTable
  let state: Int
  let step: Int
  let names: StateNames
  let updates: [QUpdate]
  let remark: String?

  private var actions: [(name: String, value: Double, visits: Int, isBest: Bool)] {
    let learned = table.learnedActions(state)
    return (0..<table.actions).map { action in
      let visits = Int(table.visits[state * table.actions + action])
      return (names.action(action), table.value(state, action), visits, learned.contains(action))
    }
  }

  var json: JSON {
    .object(
      [.init("step", .integer(step)), .init("state", .integer(state))] + names.members(state) + [
        .init("visits", .integer(table.visits(in: state))),
        .init(
          "actions",
          .array(
            actions.map {
              [
                "action": .string($0.name), "value": .number($0.value),
                "visits": .integer($0.visits), "greedy": .bool($0.isBest),
              ]
            })),
        .init(
          "updates",
          .array(
            updates.map {
              [
                "step": .integer($0.step), "episode": .integer($0.episode),
                "action": .string(names.action($0.action)), "reward": .number($0.reward),
                "next_state": .integer($0.next), "alpha": .number($0.alpha),
                "before": .number($0.before), "after": .number($0.after),
              ]
            })),
        .init("remark", remark.map(JSON.string) ?? .null),
      ])
  }

  var text: String {
    let coordinates = names.layout?.names.joined(separator: ",") ?? "state"
    var text = "\(coordinates) \(names.typed(state)) after \(NumberFormat.count(step)) steps\n\n"
    var values = TextTable(["action", "value", "visits", ""], right: [1, 2])
    for action in actions {
      let value = action.value.isFinite ? NumberFormat.decimal(action.value, 4) : "not legal"
      values.add([
        action.name, value, NumberFormat.count(action.visits), action.isBest ? "← best" : "",
      ])
    }
    text += values.text
    if updates.isEmpty { return text + "\n\n" + (remark ?? "not updated up to this step") }
    var table = TextTable(
      ["step", "episode", "action", "reward", "to", "α", "before", "after"],
      right: [0, 1, 3, 4, 5, 6, 7])
    for update in updates {
      table.add([
        "\(update.step)", "\(update.episode)", names.action(update.action),
        NumberFormat.decimal(update.reward, 3),
        names.typed(update.next), NumberFormat.decimal(update.alpha, 4),
        NumberFormat.decimal(update.before, 4),
        NumberFormat.decimal(update.after, 4),
      ])
    }
    return text + "\n\nlast updates\n" + table.text
  }
}
