import Neural
import Platform
import Recordings
import Rollouts
import Trainers
import Worlds

extension Benchmark {
  /// Networks: a learning step is forward, loss, backward and Adam.
  static let neural: [Benchmark] = [
    .cost("learning step, 5-30-30-3, batch 100", "µs", atMost: 10) {
      LearningStep(widths: [5, 30, 30, 3], rows: 100).microseconds(of: 20_000)
    }.using(.arithmeticOfOne(learning([5, 30, 30, 3], rows: 100))),
    .cost("the same, next states valued too", "µs", atMost: 14) {
      LearningStep(widths: [5, 30, 30, 3], rows: 100, nextRows: 100).microseconds(of: 20_000)
    },
    .cost("learning step, 11-256-3, batch 1000", "µs", atMost: 400) {
      LearningStep(widths: [11, 256, 3], rows: 1000).microseconds(of: 500)
    }.using(.arithmeticOfOne(learning([11, 256, 3], rows: 1000))),
    .cost("learning step, 10-64-64-2, batch 64", "µs", atMost: 40) {
      LearningStep(widths: [10, 64, 64, 2], activation: .tanh, rows: 64).microseconds(of: 5000)
    }.using(.arithmeticOfOne(learning([10, 64, 64, 2], rows: 64))),
    .cost("one decision, 5-30-30-3", "µs", atMost: 2) {
      LearningStep(widths: [5, 30, 30, 3], rows: 1).decision(of: 50_000)
    },
    .cost("snake, 300 games, unrecorded", "s", atMost: 15) {
      var trainer = try DQNTrainer(Snake(), seed: 1, settings: .snake)
      var nowhere = NullSink()
      let start = monotonicSeconds()
      try trainer.train(into: &nowhere)
      return monotonicSeconds() - start
    },
    .rate("city training, recorded, a lesson each tick", "ticks/s", atLeast: 40_000) {
      try Scratch.use { folder in
        let drive = try Drive()
        return Double(drive.ticks) / (try drive.time(recordedIn: folder))
      }
    },
    .cost("what recording adds to it", "%", atMost: 10) {
      try Scratch.use { folder in
        let drive = try Drive()
        let plain = try drive.time(recordedIn: nil)
        return (try drive.time(recordedIn: folder) / plain - 1) * 100
      }
    },
  ]

  /// The operations of a learning step: two for each weight and row forward, and four backward.
  private static func learning(_ widths: [Int], rows: Int) -> Double {
    Double(6 * rows * zip(widths, widths.dropFirst()).map { $0 * $1 }.reduce(0, +))
  }
}

/// A car that is trained to drive.
private struct Drive {
  let city: CityWorld
  let ticks = 40_000

  init() throws { city = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: 4))) }

  /// How long the training takes, recorded in a folder or not at all.
  func time(recordedIn folder: String?) throws -> Double {
    var settings = DQNConfiguration.city
    settings.steps = ticks
    var trainer = try DQNTrainer(city, seed: 1, settings: settings)
    let start = monotonicSeconds()
    if let folder {
      let run = RunDescription(
        world: city.description, trainer: "dqn", seed: 1,
        configuration: .object(settings.members + city.rules.members))
      var writer = try RecordingWriter(
        creating: "\(folder)/city.sqlite", run, initial: trainer.initialCheckpoint)
      try trainer.train(into: &writer, now: monotonicSeconds)
      try writer.finish()
    } else {
      var nowhere = NullSink()
      try trainer.train(into: &nowhere)
    }
    return monotonicSeconds() - start
  }
}

/// A network that is trained on one batch again and again.
private struct LearningStep {
  let net: MLP
  let buffers: MLP.Buffers
  /// How many rows after the batch are only evaluated.
  let nextRows: Int
  let rows: Int
  let targets: [Float]
  var parameters: Parameters
  var weights: TurnedWeights
  var gradients: Parameters
  var activations: Activations
  var adam: Adam

  init(widths: [Int], activation: Activation = .relu, rows: Int, nextRows: Int = 0) {
    var layout = ParameterLayout()
    net = MLP(widths: widths, activation: activation, to: &layout)
    activations = Activations(rows: rows + nextRows)
    buffers = net.buffers(in: &activations)
    parameters = Parameters(layout, seed: 1)
    weights = TurnedWeights(of: net)
    net.turn(parameters, into: &weights)
    gradients = Parameters(zeros: layout)
    adam = Adam(layout)
    self.rows = rows
    self.nextRows = nextRows
    func wave(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 7919 % 1000) / 500 - 1 } }
    targets = wave(rows * buffers.output.width)
    let all = rows + nextRows
    activations.fill(buffers.input, with: wave(all * buffers.input.width), rows: all)
  }

  mutating func step() -> Double {
    net.forward(buffers, rows: rows + nextRows, weights, parameters, &activations)
    let loss = SmoothL1().mean(buffers.output, rows: rows, targets: targets, &activations)
    gradients.clear()
    net.backward(buffers, rows: rows, parameters, into: &gradients, &activations)
    adam.step(&parameters, gradients, rate: 1e-3)
    net.turn(parameters, into: &weights)
    return loss
  }

  /// The time of a learning step.
  func microseconds(of steps: Int) -> Double {
    var copy = self
    let start = monotonicSeconds()
    var loss = 0.0
    for _ in 0..<steps { loss = copy.step() }
    let time = (monotonicSeconds() - start) / Double(steps) * 1e6
    return loss.isFinite ? time : .infinity
  }

  /// The time of the forward pass alone.
  func decision(of steps: Int) -> Double {
    var copy = self
    let start = monotonicSeconds()
    for _ in 0..<steps {
      net.forward(buffers, rows: rows, weights, parameters, &copy.activations)
    }
    return (monotonicSeconds() - start) / Double(steps) * 1e6
  }
}
