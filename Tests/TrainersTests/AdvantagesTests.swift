import Rollouts
import Testing
import Trainers

struct AdvantagesTests {
  @Test func `advantages and returns are Stable-Baselines3's`() throws {
    let known = try PPOReference("advantages")
    let (rewards, last) = (try known.numbers("rewards"), try known.numbers("last"))
    var rollout = RolloutBuffer(
      worlds: last.count, ticks: rewards.count / last.count, width: 1, actionWidth: 1)
    rollout.ticks = rewards.count / last.count
    (rollout.rewards, rollout.last) = (rewards, last)
    rollout.values = try known.numbers("values")
    rollout.cutOff = try known.numbers("cut_off")
    rollout.endings = try known.numbers("endings").map {
      [Ending.running, .terminated, .truncated][Int($0)]
    }
    #expect(Set(rollout.endings) == [.running, .terminated, .truncated])
    rollout.estimateAdvantages(
      gamma: try known.number("gamma"), lambda: try known.number("lambda"))
    expectNear(rollout.advantages, try known.numbers("advantages"), within: 1e-6, "advantages")
    expectNear(rollout.returns, try known.numbers("returns"), within: 1e-6, "returns")
  }

  @Test(arguments: [1, 4], [0, 0.5, 1])
  func `advantages are the sums of their definition`(worlds: Int, lambda: Double) {
    let (ticks, gamma) = (9, 0.9)
    let rows = ticks * worlds
    var stream = Stream(seed: 3, purpose: .world)
    func noise(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &stream) }
    }
    let (rewards, values, cutOff, last) = (noise(rows), noise(rows), noise(rows), noise(worlds))
    let endings = (0..<rows).map { _ in
      [Ending.running, .running, .terminated, .truncated][Int.random(in: 0..<4, using: &stream)]
    }
    var rollout = RolloutBuffer(worlds: worlds, ticks: ticks, width: 1, actionWidth: 1)
    rollout.ticks = ticks
    (rollout.rewards, rollout.values, rollout.cutOff) = (rewards, values, cutOff)
    (rollout.endings, rollout.last) = (endings, last)
    rollout.estimateAdvantages(gamma: gamma, lambda: lambda, rewardScale: 2)
    for row in 0..<rows {
      var (sum, weight, place) = (0.0, 1.0, row)
      while place < rows {
        let next =
          switch endings[place] {
          case .terminated: 0.0
          case .truncated: Double(cutOff[place])
          default: Double(place + worlds < rows ? values[place + worlds] : last[place % worlds])
          }
        sum += weight * (2 * Double(rewards[place]) + gamma * next - Double(values[place]))
        if endings[place] != .running { break }
        weight *= gamma * lambda
        place += worlds
      }
      #expect(abs(Double(rollout.advantages[row]) - sum) < 1e-5)
      #expect(abs(Double(rollout.returns[row]) - sum - Double(values[row])) < 1e-5)
    }
  }

  @Test func `running moments are those of all numbers at once`() {
    var stream = Stream(seed: 4, purpose: .world)
    var moments = RunningMoments(width: 2)
    var seen: [[Double]] = [[], []]
    for size in [1, 7, 0, 500, 3] {
      var sums = RunningMoments.Sums(width: 2)
      for _ in 0..<size {
        let numbers = [
          Double.random(in: 99...101, using: &stream), .random(in: -1e-3...1e-3, using: &stream),
        ]
        for column in 0..<2 {
          seen[column].append(numbers[column])
          sums.add(numbers[column] - moments.mean[column], column: column)
        }
        sums.count += 1
      }
      moments.add(sums)
    }
    for column in 0..<2 {
      let count = Double(seen[column].count)
      let mean = seen[column].reduce(0, +) / count
      let variance = seen[column].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      #expect(moments.count == count && abs(moments.mean[column] - mean) < 1e-9)
      #expect(abs(moments.variance[column] / variance - 1) < 1e-9)
    }
  }
}
