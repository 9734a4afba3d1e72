import Analysis
import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// What the learner of a run knew at any of its steps.
final class MindDesk {
  private let recording: Recording
  private let run: RunDescription
  private let world: any World
  private let insight: Insight
  private let tables: PictureTables
  /// The network that was asked last.
  private var network: (step: Int, values: ActionValues)?
  /// The maps that were asked for last, and what was known at the end, which their colours are chosen by.
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
    self.tables = tables
  }

  // MARK: Values

  /// What each action was worth at a moment of an episode, before the learner learned from it.
  func values(_ number: Int, t: Int) throws -> JSON {
    let episode = try recording.episode(number)
    let index = episode.firstStep + min(t, episode.steps - 1) * episode.stride
    guard let step = try recording.steps(in: index..<index + 1).first else {
      throw Refusal.missing("step \(index) is not in this recording")
    }
    let state = t == episode.steps ? step.next : step.state
    switch (insight, state) {
    case (.table, .index(let state)):
      let table = try recording.qTable(at: min(index + (t == episode.steps ? 1 : 0), index + 1))
      let values = Array(table.row(state))
      return json(values, "by the Q-table before step \(index)")
    case (.actionValues(let make), .bytes(let bytes)):
      guard let world = world as? any ObservableWorld,
        let observation = Self.observation(bytes, of: world),
        let kept = try recording.checkpoint(atOrBefore: index)
      else { return json([], "") }
      if network?.step != kept.step { network = (kept.step, try make(kept)) }
      let values = network?.values(observation) ?? []
      return json(values.map(Double.init), "by the network of step \(kept.step)")
    default: return json([], "")
    }
  }

  private func json(_ values: [Double], _ source: String) -> JSON {
    [
      "values": .array(values.prefix(64).map(JSON.number)), "source": .string(source),
    ]
  }

  private static func observation<W: ObservableWorld>(_ bytes: [UInt8], of world: W) -> [Float]? {
    W.State(bytes: bytes).map(world.observation)
  }

  // MARK: Maps

  /// A map of what was known after some steps, and where its cells stand.
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
}
