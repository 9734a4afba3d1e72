import Neural
import Platform
import Rollouts
import Testing
import Trainers
import Worlds

/// What makes a run the same, however many processes share it.
struct SharedWorkTests {
  private static func numbers(_ count: Int) -> [Float] {
    var stream = Stream(seed: 5, purpose: .parameters, part: 0)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &stream) }
  }

  private static func sum(_ numbers: some Collection<Float>) -> Float {
    var sums = Array(numbers)
    forEachPair(of: sums.count) { sums[$0] += sums[$1] }
    return sums[0]
  }

  @Test(arguments: [8, 16, 64])
  func `a tree's sum has the same bits in one part, two, four and eight`(count: Int) {
    let numbers = Self.numbers(count)
    let whole = Self.sum(numbers)
    for parts in [2, 4, 8] {
      let sums = (0..<parts).map { part in
        Self.sum(numbers[count * part / parts..<count * (part + 1) / parts])
      }
      #expect(Self.sum(sums).bitPattern == whole.bitPattern, "\(parts) parts")
    }
  }

  @Test func `every piece is in the sum once, and pieces are paired in a fixed order`() {
    for count in 1...17 {
      #expect(Self.sum((0..<count).map { Float(1 << $0) }) == Float(1 << count - 1))
    }
    var pairs: [[Int]] = []
    forEachPair(of: 8) { pairs.append([$0, $1]) }
    #expect(pairs == [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [4, 6], [0, 4]])
  }

  private static let networks = [
    PolicyNetwork(inputs: 12, actions: .discrete(3), hidden: [128, 128], activation: .tanh),
    PolicyNetwork(inputs: 12, actions: .continuous(2), hidden: [33], activation: .relu),
    PolicyNetwork(
      GPTPolicy.Size(layers: 2, heads: 2, width: 64, inner: 64, mixed: 9),
      letters: LetterSequence(places: 6, each: 2, alphabet: [10, 20, 30]), actions: 3),
  ]

  @Test(arguments: networks.indices, [true, false])
  func `a row's outputs have the same bits in a batch of any size`(index: Int, isRead: Bool) {
    let network = Self.networks[index]
    let (rows, width) = (300, network.inputs)
    var seen = Self.numbers(rows * width)
    if index == 2 { seen = seen.map { $0 < -0.3 ? 10 / 255 : $0 < 0.3 ? 20 / 255 : 30 / 255 } }
    let parameters = Parameters(network.layout, seed: 2)
    let pool = isRead ? ThreadPool(threads: 1) : nil
    func outputs(_ batch: Range<Int>) -> [[Float]] {
      var workspace = network.workspace(rows: batch.count, pool: pool)
      workspace.load(seen, from: batch.map { $0 * width }, rows: batch.count)
      workspace.forward(rows: batch.count, parameters)
      return (0..<batch.count).map { row in
        (0..<network.outputs).map { workspace.activations[workspace.policy, row, $0] }
          + [workspace.value(of: row)]
      }
    }
    let whole = outputs(0..<rows)
    for batch in [0..<1, 7..<8, 0..<2, 3..<6, 8..<15, 4..<12, 90..<123, 299..<300, 150..<300] {
      #expect(outputs(batch) == Array(whole[batch]), "\(batch)")
    }
  }

  @Test(arguments: [1, 2, 4])
  func `an MLP learns the same in two parts and in eight, up to rounding, on any number of threads`(
    threads: Int
  ) throws {
    var settings = PPOConfiguration.small
    (settings.shards, settings.steps, settings.minibatch) = (2, 800, 64)
    let two = try PPOTrainer.trained(Mirror(), threads: threads, settings).trainer
    settings.shards = 8
    let eight = try PPOTrainer.trained(Mirror(), threads: threads, settings).trainer
    let again = try PPOTrainer.trained(Mirror(), threads: 1, settings).trainer
    #expect(eight.parameters == again.parameters && eight.adam == again.adam)
    #expect(eight.parameters != two.parameters)
    expectNear(eight.parameters.values, two.parameters.values, within: 1e-3, "parameters")
  }

  @Test func `rows that are played, valued and learned from are counted`() throws {
    var settings = PPOConfiguration.small
    (settings.steps, settings.evaluateEvery) = (400, 0)
    let trainer = try PPOTrainer.trained(Mirror(), settings).trainer
    // Two rollouts of 50 ticks, whose last states are valued, and where each of seven steps cuts episodes off.
    #expect(trainer.rows.forward == 400 + 2 * 4 + trainer.episodes)
    // Both networks of an MLP see each row in each epoch.
    #expect(trainer.rows.backward == 2 * 400 * settings.epochs)
  }
}
