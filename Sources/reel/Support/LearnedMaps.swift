import Analysis
import Recordings
import Rollouts
import Worlds

/// What a recording's learner knew at its steps, as heat maps.
protocol LearnedMaps {
  var run: RunDescription { get }
  /// What the maps are of.
  var subject: String { get }
  /// The steps at which something was kept; nil where every step has a map.
  func keptSteps() throws -> [Int]?
  /// What stands above the map of a step.
  func subtitle(at step: Int) throws -> String
  /// The map of a step.
  func map(at step: Int) throws -> HeatMap
  /// The maps of some steps, and some of them to choose colours by.
  func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap)
}

/// What a recording's learner knew, as maps of some quantity; of a car on its way to a target, looking
/// somewhere, or of a snake as it lay at a step.
func learnedMaps(
  of recording: Recording, _ quantity: HeatMap.Quantity = .values, target: String? = nil,
  heading: Double? = nil, like: Int? = nil
) throws -> any LearnedMaps {
  let run = try recording.description()
  let plan = try RunPlan(run)
  if case .ppo = plan.learner {
    throw Failure.failed("there is no map of what a policy thinks of \(run.world.name)")
  }
  if case .qTable = plan.learner { return try LearnedTables(recording, of: quantity) }
  if quantity != .values {
    throw Failure.usage(
      quantity == .visits
        ? "only Q-tables count visits" : "only Q-tables tell \(quantity.rawValue)")
  }
  let view: NetworkMaps
  switch plan.world {
  case .city(let city):
    let number = target.flatMap(CityMap.targetNames.firstIndex) ?? 0
    view = NetworkMaps(city, target: number, heading: heading)
  case .snake(let snake): view = try NetworkMaps(snake, of: recording, like: like)
  case .grid, .crawler, .breakout, .reacher:
    throw Failure.failed("there is no map of what a network thinks of \(run.world.name)")
  }
  return try LearnedNetworks(recording, run, view)
}

/// A recording's tables as heat maps.
struct LearnedTables: LearnedMaps {
  let run: RunDescription
  private let recording: Recording
  private let quantity: HeatMap.Quantity
  private let layout: StateLayout
  private let cells: [HeatMap.Cell]
  private let start: Int
  private let episodes: [Episode]

  var subject: String { "Q-table: value and greedy action" }
  func keptSteps() throws -> [Int]? {
    try recording.thinning() == nil ? nil : recording.checkpointSteps()
  }

  init(_ recording: Recording, of quantity: HeatMap.Quantity) throws {
    self.recording = recording
    self.quantity = quantity
    run = try recording.description()
    let plan = try RunPlan(run)
    guard let layout = StateLayout(run.world.fields) else {
      throw Failure.failed("\(recording.path) does not say where its states stand on a picture")
    }
    self.layout = layout
    start = try TablePlan(plan).dynamics.start
    episodes = try recording.episodes()
    cells = plan.world.grid.map { $0.map.cells.map(\.heatMapCell) } ?? []
  }

  func map(at step: Int) throws -> HeatMap {
    var numbers: [Double]?
    if quantity.needsTrace { try trace(at: [step]) { numbers = $0 } }
    return map(of: try recording.qTable(at: step), numbers)
  }

  private func map(of table: QTable, _ numbers: [Double]? = nil) -> HeatMap {
    HeatMap(
      table, layout: layout, actions: run.world.actions, cells: cells, start: start, of: quantity,
      numbers: numbers)
  }

  /// Follows all updates, and hands over what a quantity is at each of some rising steps.
  private func trace(at steps: [Int], _ body: @escaping ([Double]) -> Void) throws {
    var trace = LearningTrace(try recording.qTable(at: 0))
    var next = 0
    try recording.forEachQUpdate(before: steps.last ?? 0) { update in
      while next < steps.count, steps[next] <= update.step {
        body(trace.numbers(of: quantity))
        next += 1
      }
      trace.follow(update)
    }
    for _ in next..<steps.count { body(trace.numbers(of: quantity)) }
  }

  func subtitle(at step: Int) throws -> String { moment(step, episodes) }

  /// All maps are kept where they are small, else read when they are asked for.
  func maps(at steps: [Int]) throws -> (sample: [HeatMap], map: (Int) throws -> HeatMap) {
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
  private let view: NetworkMaps
  private let episodes: [Episode]

  var subject: String { "network: value \(view.subject)" }
  func keptSteps() throws -> [Int]? { try recording.checkpointSteps() }

  init(_ recording: Recording, _ run: RunDescription, _ view: NetworkMaps) throws {
    self.recording = recording
    self.run = run
    self.view = view
    episodes = try recording.episodes()
  }

  func subtitle(at step: Int) throws -> String {
    let kept = try recording.checkpoint(atOrBefore: step)?.step ?? 0
    return "\(moment(kept, episodes)), \(view.subject)"
  }

  func map(at step: Int) throws -> HeatMap {
    guard let checkpoint = try recording.checkpoint(atOrBefore: step) else {
      throw Failure.failed("\(recording.path) is damaged: it has no checkpoint")
    }
    return try view.draw(checkpoint)
  }

  /// Networks were kept at few of the steps; a film shows each as long as it was the newest.
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

/// `after 5000 steps, episode 291`.
private func moment(_ step: Int, _ episodes: [Episode]) -> String {
  let episode = episodes.last { $0.firstStep < step }
  return "after \(count(step)) steps" + (episode.map { ", episode \($0.number)" } ?? "")
}

extension Cell {
  fileprivate var heatMapCell: HeatMap.Cell {
    switch self {
    case .wall: .wall
    case .goal: .goal
    case .hole: .hole
    case .floor, .exit: .floor
    }
  }
}
