internal import Synchronization

/// Work on a thread of its own, with a result to collect later.
package final class Errand<Value: Sendable>: Sendable {
  private let thread: SystemThread?
  private let state: State
  private let work: @Sendable (_ isWanted: () -> Bool) throws -> Value

  private final class State: Sendable {
    let isWanted = Atomic<Bool>(true)
    let isJoined = Atomic<Bool>(false)
    let result = Mutex<Result<Value, any Error>?>(nil)
  }

  /// Begins the work, which can check now and then whether its result is still wanted.
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

  /// Waits for the result. Where the system had no thread left, does the work now.
  package func result() throws -> Value {
    join()
    return try state.result.withLock { $0 }?.get() ?? work { true }
  }

  private func join() {
    if !state.isJoined.exchange(true, ordering: .relaxed) { thread?.join() }
  }
}
