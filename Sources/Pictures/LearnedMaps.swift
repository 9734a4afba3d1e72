package import Analysis
import Experiments
import Platform
import Raster
package import Recordings
import Replay
package import Rollouts
import Trainers

/// What was learned in a recording at its steps, as heat maps.
package protocol LearnedMaps {
  /// The run of the maps.
  var run: RunDescription { get }
  /// The subject of the maps.
  var subject: String { get }
  /// The steps with a checkpoint; nil if every step has a map.
  func keptSteps() throws -> [Int]?
  /// The subtitle for a step.
  func subtitle(at step: Int) throws -> String
  /// The map of a step.
  func map(at step: Int) throws -> HeatMap
  /// The maps of some steps, and a few of them to choose colours by.
  func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap)
}

/// The options of a map of what was learned; for a network also the places to evaluate it at.
package struct PlaceRequest: Sendable {
  package var target: String?
  package var heading: Double?
  /// The recorded step whose state sets everything else.
  package var like: Int?

  /// The defaults.
  package init(target: String? = nil, heading: Double? = nil, like: Int? = nil) {
    (self.target, self.heading, self.like) = (target, heading, like)
  }
}

extension PictureTables {
  /// What was learned in a recording, as maps of some quantity.
  package func learnedMaps(
    of recording: Recording, _ quantity: HeatMap.Quantity = .values,
    at places: PlaceRequest = PlaceRequest()
  ) throws -> any LearnedMaps {
    let run = try recording.description()
    let plan = try catalog.plan(of: run)
    let (world, painter) = (try plan.world(), try painters.entry(for: plan.world()))
    let request = MapRequest(
      target: places.target, heading: places.heading,
      like: try places.like.map { try recording.state(at: $0) })
    switch try plan.insight(of: recording) {
    case .table:
      try painter.refuseMapOptions(request)
      return try LearnedTables(recording, run, world, painter, of: quantity)
    case .actionValues(let values):
      let map = try painter.map(of: world, request)
      if quantity != .values {
        throw RunError.request(
          quantity == .visits
            ? "only Q-tables count visits" : "only Q-tables show \(quantity.rawValue)")
      }
      return try LearnedNetworks(recording, run, map, values)
    case .attention, .nothing:
      throw RunError.run(
        "there is no map of what was learned in \(run.world.name): this needs a Q-table, or a network of Reel's own in "
          + "a world with places")
    }
  }
}

extension Recording {
  fileprivate func state(at step: Int) throws -> Value {
    guard let recorded = try steps(in: step..<step + 1).first else {
      throw RunError.request("\(path) has no step \(step)")
    }
    return recorded.state
  }
}

/// A recording's tables as heat maps.
package struct LearnedTables: LearnedMaps {
  package let run: RunDescription
  private let recording: Recording
  private let quantity: HeatMap.Quantity
  private let layout: StateLayout
  private let cells: [HeatMap.Cell]
  private let start: Int

  package var subject: String { "Q-table: value and greedy action" }
  package func keptSteps() throws -> [Int]? {
    try recording.thinning() == nil && recording.gaps() == nil
      ? nil : recording.checkpointSteps()
  }

  init(
    _ recording: Recording, _ run: RunDescription, _ world: any World, _ painter: PainterEntry,
    of quantity: HeatMap.Quantity
  ) throws {
    (self.recording, self.run, self.quantity) = (recording, run, quantity)
    guard let layout = StateLayout(run.world.fields) else {
      throw RunError.run("\(recording.path) does not say where its states are on a map")
    }
    self.layout = layout
    start = try QTableConfiguration.tabular(world).dynamics.start
    cells = try painter.cells(of: world)
  }

  package func map(at step: Int) throws -> HeatMap {
    var numbers: [Double]?
    if quantity.needsTrace { try trace(at: [step]) { numbers = $0 } }
    return map(of: try recording.qTable(at: step), numbers)
  }

  /// The map of a table.
  package func map(of table: QTable, _ numbers: [Double]? = nil) -> HeatMap {
    HeatMap(
      table, layout: layout, actions: run.world.actions, cells: cells, start: start, of: quantity,
      numbers: numbers)
  }

  /// Follows all updates, and returns a quantity at each of some ascending steps.
  private func trace(at steps: [Int], _ body: @escaping ([Double]) -> Void) throws {
    var trace = LearningTrace(try recording.qTable(at: 0))
    var next = 0
    try recording.forEachQUpdates(before: steps.last ?? 0) { updates in
      for update in updates {
        while next < steps.count, steps[next] <= update.step {
          body(trace.numbers(of: quantity))
          next += 1
        }
        trace.follow(update)
      }
    }
    for _ in next..<steps.count { body(trace.numbers(of: quantity)) }
  }

  package func subtitle(at step: Int) throws -> String { try recording.moment(step) }

  /// All maps are kept if they are small, else read on request.
  package func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap) {
    guard steps.count * layout.rows * layout.columns > 4_000_000 else {
      var numbers: [[Double]] = []
      if quantity.needsTrace { try trace(at: steps) { numbers.append($0) } }
      var maps: [HeatMap] = []
      try recording.forEachQTable(at: steps) { _, table in
        maps.append(map(of: table, numbers.isEmpty ? nil : numbers[maps.count]))
      }
      return (maps, { maps[$0] })
    }
    let ends = try [steps[0], steps[steps.count / 2], steps[steps.count - 1]].map {
      try map(at: $0)
    }
    return (ends, { try map(at: steps[$0]) })
  }
}

/// A recording's networks as heat maps.
struct LearnedNetworks: LearnedMaps {
  let run: RunDescription
  private let recording: Recording
  private let places: PlaceMap
  private let values: (Checkpoint) throws -> ActionValues

  var subject: String { "network: value \(places.subject)" }
  func keptSteps() throws -> [Int]? { try recording.checkpointSteps() }

  init(
    _ recording: Recording, _ run: RunDescription, _ places: PlaceMap,
    _ values: @escaping (Checkpoint) throws -> ActionValues
  ) throws {
    (self.recording, self.run, self.places, self.values) = (recording, run, places, values)
  }

  func subtitle(at step: Int) throws -> String {
    let kept = try recording.checkpoint(atOrBefore: step)?.step ?? 0
    return "\(try recording.moment(kept)), \(places.subject)"
  }

  func map(at step: Int) throws -> HeatMap {
    guard let checkpoint = try recording.checkpoint(atOrBefore: step) else {
      throw RunError.damaged(recording.path, "it has no checkpoint")
    }
    return try places.heatMap(values(checkpoint))
  }

  /// Networks have few checkpoints; a film shows each until the next one.
  func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap) {
    let kept = try recording.checkpointSteps()
    let numbers = steps.map { step in (kept.lastIndex { $0 <= step }) ?? 0 }
    var maps: [HeatMap] = []
    for (index, number) in numbers.enumerated() {
      let isNew = index == 0 || numbers[index - 1] != number
      maps.append(isNew ? try map(at: kept[number]) : maps[index - 1])
    }
    return (maps, { maps[$0] })
  }
}

extension Recording {
  /// `after 5000 steps, episode 291`.
  fileprivate func moment(_ step: Int) throws -> String {
    let episode = try lastEpisode(before: step)
    return "after \(NumberFormat.count(step)) steps"
      + (episode.map { ", episode \(NumberText.grouped($0.number))" } ?? "")
  }
}
