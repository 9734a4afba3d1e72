import Glibc

/// A lock with a bell: threads share a state, wait for it to change and tell each other.
@safe
final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ state: State) {
    self.state = state
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(bell, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(bell)
    unsafe pthread_mutex_destroy(mutex)
    unsafe bell.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs alone with the state and rings the bell afterwards.
  func change<Result>(_ body: (inout State) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(bell)
      unsafe pthread_mutex_unlock(mutex)
    }
    return body(&state)
  }

  /// Runs alone with the state again and again, at each ring of the bell, until there is a result.
  func wait<Result>(until body: (inout State) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      unsafe pthread_cond_wait(bell, mutex)
    }
  }
}

/// Work on threads of their own, beside the calling one.
enum Threads {
  /// How many processors this program may use.
  static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Runs `helper` on so many threads while `main` runs here; returns when all have ended.
  ///
  /// Where the system has no more threads to give, there are fewer helpers.
  static func run<Result, Failure: Error>(
    helpers: Int, helper: @escaping @Sendable () -> Void, main: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var threads: [pthread_t] = []
    for _ in 0..<helpers {
      var thread = pthread_t()
      let work = unsafe Unmanaged.passRetained(Work(helper))
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          if let argument = unsafe argument {
            unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
          }
          return nil
        }, work.toOpaque())
      if status == 0 { threads.append(thread) } else { unsafe work.release() }
    }
    defer { for thread in threads { pthread_join(thread, nil) } }
    return try main()
  }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
