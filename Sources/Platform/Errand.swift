internal import Synchronization

/// A piece of work on a thread of its own, whose result is asked for later.
package final class Errand<Value: Sendable>: Sendable {
  private let thread: SystemThread?
  private let state: State
  private let work: @Sendable (_ isWanted: () -> Bool) throws -> Value

  private final class State: Sendable {
    let isWanted = Atomic<Bool>(true)
    let isJoined = Atomic<Bool>(false)
    let result = Mutex<Result<Value, any Error>?>(nil)
  }

  /// Begins the work, which may ask now and then whether anybody still wants its result.
  package init(_ work: @escaping @Sendable (_ isWanted: () -> Bool) throws -> Value) {
    let state = State()
    (self.state, self.work) = (state, work)
    thread = SystemThread {
      let found = Result { try work { state.isWanted.load(ordering: .relaxed) } }
      state.result.withLock { $0 = found }
    }
  }

  deinit {
    state.isWanted.store(false, ordering: .relaxed)
    join()
  }

  /// Waits for the result; where the system had no thread to give, the work is done now.
  package func result() throws -> Value {
    join()
    return try state.result.withLock { $0 }?.get() ?? work { true }
  }

  private func join() {
    if !state.isJoined.exchange(true, ordering: .relaxed) { thread?.join() }
  }
}
