/// Hands values to a thread of its own, which takes one after the other. Whoever sends waits while many are not taken
/// yet, so that memory stays bounded.
package final class Relay<Value: Sendable>: Sendable {
  private struct Queue {
    var values: [Value] = []
    var isOver = false
  }

  private let queue = Monitor(Queue())
  private let take: @Sendable (Value) -> Void
  private let thread: SystemThread?

  /// How many values may wait.
  private static var room: Int { 4 }

  /// Begins to hand values to `take`.
  package init(_ take: @escaping @Sendable (Value) -> Void) {
    let queue = queue
    self.take = take
    thread = SystemThread {
      while let value = queue.wait(until: Self.next) {
        // Whoever waits for room hears of it.
        queue.change { _ in }
        take(value)
      }
    }
  }

  deinit { finish() }

  /// The next value; nil after the last.
  private static func next(_ queue: inout Queue) -> Value?? {
    if queue.values.isEmpty { return queue.isOver ? .some(nil) : nil }
    return queue.values.removeFirst()
  }

  /// Hands over a value; where the system had no thread to give, it is taken now.
  package func send(_ value: Value) {
    guard thread != nil else { return take(value) }
    queue.wait { $0.values.count < Self.room ? () : nil }
    queue.change { $0.values.append(value) }
  }

  /// Waits until all values are taken; nothing may be sent after it.
  package func finish() {
    let isFirst = queue.change { queue in
      defer { queue.isOver = true }
      return !queue.isOver
    }
    if isFirst { thread?.join() }
  }
}
