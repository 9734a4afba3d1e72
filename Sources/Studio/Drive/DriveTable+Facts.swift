import Analysis
import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

extension DriveTable {
  /// The facts of a game that never change, for the page.
  func facts(_ tables: PictureTables) -> [JSON.Member] {
    let (run, world) = (game.run, game.run.world)
    let entry = try? tables.painters.entry(for: game.world)
    let names = world.actions.isEmpty ? numbers.names : world.actions.map(\.name)
    let isClocked = if case .turns = game.handling.pace { false } else { true }
    return [
      .init("world", .string(world.name)), .init("map", .string(world.mapName)),
      .init("trainer", .string(run.trainer)), .init("seed", .integer(Int(run.seed))),
      .init("parent", run.parent.map { .string(Library.id(of: $0.file)) } ?? .null),
      .init("has_agent", .bool(game.hasAgent)), .init("can_point", .bool(game.controls.canPoint)),
      .init("is_clocked", .bool(isClocked)),
      .init("is_continuous", .bool(world.actions.isEmpty)),
      .init("actions", .array(names.map(JSON.string))),
      .init("cameras", .array((entry?.cameras ?? []).map { .string($0.rawValue) })),
      .init("keys", .array(game.controls.keys.map(key))),
    ]
  }

  private func key(_ key: Controls.Key) -> JSON {
    [
      "codes": .array(key.codes.map(JSON.string)), "label": .string(key.label),
      "way": key.way.map { [.integer($0.x), .integer($0.y)] } ?? .null,
    ]
  }

  private var numbers: RecordedNumbers { RecordedNumbers(game.run.world.fields, of: "action") }

  /// Everything that can change, for the page.
  var state: JSON {
    let episode = game.episode
    return .object(
      standing + [
        .init("episode", .integer(episode.number)), .init("t", .integer(episode.steps)),
        .init("return", .number(episode.return)), .init("ending", .string(episode.ending.name)),
        .init("success", .bool(episode.isSuccess)), .init("over", .bool(game.isOver)),
        .init("driver", .string(game.driver.rawValue)),
        .init("action", action(game.steps.last?.action)),
        .init("reward", game.steps.last.map { .number($0.reward) } ?? .null),
        .init("advice", game.advice.map(advice) ?? .null),
        .init("run", game.recording.map { .string(Library.id(of: $0)) } ?? .null),
        .init("episodes", .array(game.episodes.suffix(Self.mostEpisodes).map(row))),
      ])
  }

  /// How many episodes are listed.
  private static let mostEpisodes = 12

  private func row(_ episode: DrivenGame.Episode) -> JSON {
    [
      "number": .integer(episode.number), "steps": .integer(episode.steps),
      "by_hand": .integer(episode.stepsByHand), "return": .number(episode.return),
      "ending": .string(episode.ending.name), "success": .bool(episode.isSuccess),
    ]
  }

  /// The agent's advice: its numbers, and the index of its action among them or that action's numbers.
  private func advice(_ advice: Advice) -> JSON {
    [
      "measure": .string(advice.measure.rawValue),
      "numbers": .array(advice.numbers.map { $0.map(JSON.number) ?? .null }),
      "best": advice.action.index.map(JSON.integer) ?? .null, "action": action(advice.action),
    ]
  }

  /// An action as text.
  private func action(_ action: Value?) -> JSON {
    guard let action else { return .null }
    guard let number = action.index else {
      return .string(
        numbers.all(of: action).map { NumberText.signed($0, decimals: 2) }.joined(separator: ", "))
    }
    let actions = game.run.world.actions
    return .string(actions.indices.contains(number) ? actions[number].name : "\(number)")
  }
}
