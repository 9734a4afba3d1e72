import Analysis
import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import Trainers
import Worlds

/// What the learner of a run knew at any of its steps.
final class MindDesk {
  private let recording: Recording
  private let run: RunDescription
  private let world: any World
  private let insight: Insight
  private let settings: any TrainerSettings
  private let tables: PictureTables
  /// The last agent that was asked.
  private var advisor: (step: Int, advisor: (any Advisor)?)?
  /// The last requested maps, and the values at the end of the run, which set the range of their colours.
  private var shown: (key: MapKey, pictures: HeatMapPictures, last: HeatMap)?

  private struct MapKey: Equatable {
    var end: Int
    var style: HeatMapChart.Style
    var theme: Theme
    var size: Int?
  }

  init(_ path: String, _ tables: PictureTables) throws {
    recording = try Recording(path)
    run = try recording.description()
    let plan = try tables.catalog.plan(of: run)
    (world, insight) = (try plan.world(), try plan.insight(of: recording))
    settings = plan.settings
    self.tables = tables
  }

  // MARK: Action values

  /// The numbers for each action at a moment of an episode, before anything was learned from its step.
  func thoughts(_ number: Int, t: Int) throws -> JSON {
    let (step, isEnd) = try recording.step(ofEpisode: number, at: t)
    let index = step.step
    let state = isEnd ? step.next : step.state
    if case .table = insight, case .index(let state) = state {
      let table = try recording.qTable(at: isEnd ? index + 1 : index)
      return json(.value, table.row(state).map { $0 }, "by the Q-table before step \(index)")
    }
    guard let kept = try recording.checkpoint(atOrBefore: index) else {
      return json(.value, [], "")
    }
    if advisor?.step != kept.step {
      advisor = (kept.step, try settings.advisor(in: world, by: kept))
    }
    let draws = Generator(seed: run.seed).draws(for: .policy, episode: number, t: t)
    guard let advice = advisor?.advisor?.advice(in: state, draws) else {
      return json(.value, [], "")
    }
    return json(advice.measure, advice.numbers, "by the network of step \(kept.step)")
  }

  private func json(_ measure: Advice.Measure, _ values: [Double?], _ source: String) -> JSON {
    let names =
      measure == .mean
      ? RecordedNumbers(run.world.fields, of: "action").names
      : values.indices.map(StateNames(run.world).action)
    return [
      "measure": .string(measure.rawValue), "source": .string(source),
      "names": .array(names.prefix(64).map(JSON.string)),
      "values": .array(values.prefix(64).map { $0.map(JSON.number) ?? .null }),
    ]
  }

  // MARK: Maps

  /// A map of what was known after some steps, and the places of its cells.
  func map(
    at step: Int, _ options: HeatMapPictures.Options
  ) throws -> (canvas: Canvas, board: Rect, rows: Int, columns: Int) {
    let end = try recording.stepCount()
    let key = MapKey(end: end, style: options.style, theme: options.theme, size: options.size)
    let (pictures, last) = try open(key, options)
    let picture = try pictures.picture(at: .step(min(step, end)), besides: [last])
    return (
      try pictures.drawing(of: picture).canvas(), pictures.board(of: picture), picture.map.rows,
      picture.map.columns
    )
  }

  private func open(
    _ key: MapKey, _ options: HeatMapPictures.Options
  ) throws -> (HeatMapPictures, last: HeatMap) {
    if let shown, shown.key == key { return (shown.pictures, shown.last) }
    let pictures = try HeatMapPictures(of: recording, options, by: tables)
    let last = try pictures.maps.map(at: key.end)
    shown = (key, pictures, last)
    return (pictures, last)
  }

  // MARK: Cells

  /// What was known after some steps about a cell of the last requested map: as text, and its last update
  /// before.
  func cell(row: Int, column: Int, at step: Int) throws -> JSON {
    guard let shown, (0..<shown.last.rows).contains(row), (0..<shown.last.columns).contains(column)
    else { throw Refusal.missing("there is no such cell") }
    let place = row * shown.last.columns + column
    guard case .table = insight else {
      let value = try shown.pictures.maps.map(at: step).values[place]
      return [
        "words": .string(
          "row \(row), column \(column): "
            + (value.isNaN ? "not computed" : NumberText.short(value)))
      ]
    }
    let state = Int(shown.last.states[place])
    let names = StateNames(run.world)
    guard state >= 0 else { return ["words": "a wall"] }
    let table = try recording.qTable(at: step)
    let learned = table.learnedActions(state)
    guard !learned.isEmpty else {
      return ["words": .string("\(names.state(state)): nothing learned yet")]
    }
    let values = table.row(state).enumerated().filter { learned.contains($0.offset) }
      .map { "\(names.action($0.offset)) \(NumberText.short($0.element))" }
    let words =
      "\(names.state(state)): \(values.joined(separator: ", ")); "
      + "\(NumberText.grouped(table.visits(in: state))) visits"
    guard let last = try recording.qUpdates(of: state, before: step, last: 1).first else {
      return ["words": .string(words)]
    }
    let update =
      "Last update: step \(last.step), episode \(last.episode), \(names.action(last.action)) "
      + "\(NumberText.short(last.before)) → \(NumberText.short(last.after))"
    return ["words": .string(words), "update": .string(update), "step": .integer(last.step)]
  }
}
