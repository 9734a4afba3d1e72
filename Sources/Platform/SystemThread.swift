internal import Glibc

/// A thread of its own for one piece of work.
package struct SystemThread: Sendable {
  private let thread: pthread_t

  /// Starts the work; nil where the system has no more threads.
  package init?(_ work: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(work))
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        }
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      unsafe work.release()
      return nil
    }
    self.thread = thread
  }

  /// Lets the thread run on by itself; nobody waits for it.
  package func detach() { pthread_detach(thread) }

  /// Waits until the work is done; call it once.
  package func join() { pthread_join(thread, nil) }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
