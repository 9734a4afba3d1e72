package import Rollouts

/// The newest transitions, one row of numbers each, in a ring buffer that is allocated once.
///
/// A row holds the observation, the next observation, the action, the reward, and the factor of the
/// future value: the discount, or 0 where there is no future. With n > 1, a row collects the
/// rewards of the n − 1 following steps as they are made, so every row can be used at any time.
package struct ReplayBuffer: Sendable {
  /// How many transitions fit.
  package let capacity: Int
  /// How many numbers an observation has.
  package let width: Int
  /// The distance between rows.
  package let stride: Int
  /// How many transitions there have ever been; transition `k` is in row `k` modulo the capacity.
  package private(set) var pushed: Int
  /// The rows, one after another.
  package private(set) var numbers: [Float]
  private let first: Int
  private let gamma: Double
  private let nStep: Int
  /// How many of the newest rows belong to the current episode.
  private var open = 0

  /// An empty buffer whose first transition will have the number `first`.
  package init(capacity: Int, width: Int, gamma: Double, nStep: Int = 1, first: Int = 0) {
    precondition(capacity > 0 && width > 0, "a buffer has space")
    precondition(nStep > 0 && nStep <= capacity, "a buffer holds the n steps of a return")
    self.capacity = capacity
    self.width = width
    self.gamma = gamma
    self.nStep = nStep
    self.first = first
    pushed = first
    stride = 2 * width + 3
    numbers = [Float](repeating: 0, count: capacity * stride)
  }

  /// How many transitions are stored.
  package var count: Int { min(pushed - first, capacity) }

  /// The offset of a stored transition's row, 0 for the oldest.
  package func place(_ index: Int) -> Int { (pushed - count + index) % capacity * stride }

  /// The offset of the newest row.
  package var newest: Int { place(count - 1) }

  /// The number of the transition whose row begins at an offset.
  func transition(at place: Int) -> Int {
    let behind = (pushed - 1 - place / stride) % capacity
    return pushed - 1 - behind
  }

  /// The parts of the row at an offset.
  package func action(_ place: Int) -> Int { Int(numbers[place + 2 * width]) }
  package func reward(_ place: Int) -> Float { numbers[place + 2 * width + 1] }
  package func discount(_ place: Int) -> Float { numbers[place + 2 * width + 2] }

  /// Reads the last parts of the rows at some offsets.
  func read(
    _ places: [Int], rows count: Int, actions: inout [Int], rewards: inout [Float],
    discounts: inout [Float]
  ) {
    precondition(count <= min(places.count, actions.count, rewards.count, discounts.count))
    let end = 2 * width
    // Pointers, because this loop runs a hundred times a step.
    numbers.withUnsafeBufferPointer { numbers in
      actions.withUnsafeMutableBufferPointer { actions in
        rewards.withUnsafeMutableBufferPointer { rewards in
          discounts.withUnsafeMutableBufferPointer { discounts in
            for row in 0..<count {
              let place = places[row] + end
              precondition(place >= end && place + 2 < numbers.count, "the row is in the buffer")
              actions[row] = Int(numbers[place])
              rewards[row] = numbers[place + 1]
              discounts[row] = numbers[place + 2]
            }
          }
        }
      }
    }
  }

  /// Stores a transition in place of the oldest. A truncated transition has a future, a terminated
  /// one has none.
  package mutating func push(
    _ seen: [Float], _ action: Int, reward: Double, next: [Float], _ ending: Ending
  ) {
    precondition(seen.count == width && next.count == width, "observations keep their width")
    let (slot, width, isLast) = (pushed % capacity, width, ending == .terminated)
    let discount = isLast ? 0 : Float(gamma)
    numbers.withUnsafeMutableBufferPointer { numbers in
      let row = slot * stride
      for index in 0..<width { numbers[row + index] = seen[index] }
      for index in 0..<width { numbers[row + width + index] = next[index] }
      numbers[row + 2 * width] = Float(action)
      numbers[row + 2 * width + 1] = Float(reward)
      numbers[row + 2 * width + 2] = discount
      var earlier = slot
      for _ in 0..<min(nStep - 1, open) {
        earlier = (earlier == 0 ? capacity : earlier) - 1
        let row = earlier * stride
        for index in 0..<width { numbers[row + width + index] = next[index] }
        let future = numbers[row + 2 * width + 2]
        numbers[row + 2 * width + 1] += future * Float(reward)
        numbers[row + 2 * width + 2] = future * discount
      }
    }
    pushed += 1
    open = ending == .running ? open + 1 : 0
  }
}
