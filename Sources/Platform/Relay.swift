/// Passes values to a thread of its own, which takes them one after another. A sender waits while
/// too many are pending, so that memory stays bounded.
package final class Relay<Value: Sendable>: Sendable {
  private struct Queue {
    var values: [Value] = []
    var isOver = false
  }

  private let queue = Monitor(Queue())
  private let take: @Sendable (Value) -> Void
  private let thread: SystemThread?

  /// How many values may be pending.
  private static var room: Int { 4 }

  /// Begins to pass values to `take`.
  package init(_ take: @escaping @Sendable (Value) -> Void) {
    let queue = queue
    self.take = take
    thread = SystemThread {
      while let value = queue.wait(until: Self.next) {
        // Wakes a sender that waits for space.
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

  /// Sends a value; where the system had no thread left, takes it now.
  package func send(_ value: Value) {
    guard thread != nil else { return take(value) }
    queue.wait { $0.values.count < Self.room ? () : nil }
    queue.change { $0.values.append(value) }
  }

  /// Waits until all values are taken; nothing may be sent afterwards.
  package func finish() {
    let isFirst = queue.change { queue in
      defer { queue.isOver = true }
      return !queue.isOver
    }
    if isFirst { thread?.join() }
  }
}
