import Rollouts
import Testing
import Trainers

struct ReplayBufferTests {
  /// The steps that were pushed, from the first on.
  private struct Told {
    var seen: [[Float]] = []
    var actions: [Int] = []
    var rewards: [Double] = []
    var next: [[Float]] = []
    var endings: [Ending] = []
  }

  /// Pushes steps of episodes that end in every way.
  private static func pushed(
    _ steps: Int, capacity: Int, nStep: Int, first: Int = 0
  ) -> (memory: ReplayBuffer, told: Told) {
    var memory = ReplayBuffer(capacity: capacity, width: 2, gamma: 0.9, nStep: nStep)
    var told = Told()
    for step in 0..<steps {
      let ending: Ending = step % 13 == 12 ? .terminated : step % 7 == 6 ? .truncated : .running
      told.seen.append([Float(step), 1])
      told.actions.append(step % 3)
      told.rewards.append(Double(step * step % 11) - 3)
      told.next.append([Float(step) + 0.5, 2])
      told.endings.append(ending)
      memory.push(
        told.seen[step], told.actions[step], reward: told.rewards[step], next: told.next[step],
        ending)
    }
    return (memory, told)
  }

  @Test(arguments: [(5, 10), (10, 10), (11, 10), (25, 10), (100, 7), (3, 1)])
  func `the ring holds the newest transitions, oldest first`(steps: Int, capacity: Int) {
    let (memory, told) = Self.pushed(steps, capacity: capacity, nStep: 1)
    let count = min(steps, capacity)
    #expect(memory.count == count && memory.pushed == steps)
    for index in 0..<count {
      let (step, place) = (steps - count + index, memory.place(index))
      #expect(place == step % capacity * memory.stride)
      #expect(Array(memory.numbers[place..<place + 2]) == told.seen[step])
      #expect(Array(memory.numbers[place + 2..<place + 4]) == told.next[step])
      #expect(memory.action(place) == told.actions[step])
      #expect(memory.reward(place) == Float(told.rewards[step]))
      #expect(memory.discount(place) == (told.endings[step] == .terminated ? 0 : 0.9))
    }
    #expect(memory.newest == memory.place(count - 1))
  }

  @Test(arguments: [2, 3, 5], [100, 20])
  func `n-step returns are those of a plain computation`(n: Int, capacity: Int) {
    let steps = 61
    let (memory, told) = Self.pushed(steps, capacity: capacity, nStep: n)
    for index in 0..<memory.count {
      let (step, place) = (steps - memory.count + index, memory.place(index))
      // Until n steps are done, the episode ends, or nothing more has happened yet.
      var last = step
      while last - step + 1 < n, told.endings[last] == .running, last + 1 < steps { last += 1 }
      var (sum, discount) = (0.0, 1.0)
      for k in step...last {
        sum += discount * told.rewards[k]
        discount *= 0.9
      }
      if told.endings[last] == .terminated { discount = 0 }
      #expect(abs(Double(memory.reward(place)) - sum) < 1e-5)
      #expect(abs(Double(memory.discount(place)) - discount) < 1e-6)
      #expect(Array(memory.numbers[place + 2..<place + 4]) == told.next[last])
      #expect(Array(memory.numbers[place..<place + 2]) == told.seen[step])
    }
  }
}
