internal import Glibc

/// A lock with a condition to wait for. Its clock never runs backwards.
@safe final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe condition.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func lock() { unsafe _ = pthread_mutex_lock(mutex) }
  func unlock() { unsafe _ = pthread_mutex_unlock(mutex) }
  func wakeAll() { unsafe _ = pthread_cond_broadcast(condition) }

  /// Waits until woken; the lock must be held, and is held again after.
  func wait() { unsafe _ = pthread_cond_wait(condition, mutex) }

  /// Waits until woken or until a time of `now`; false where that time came first.
  func wait(until time: Double) -> Bool {
    let seconds = time.rounded(.down)
    var moment = timespec(tv_sec: Int(seconds), tv_nsec: Int((time - seconds) * 1e9))
    return unsafe pthread_cond_timedwait(condition, mutex, &moment) != ETIMEDOUT
  }

  /// Seconds of the clock that `wait(until:)` reads.
  static var now: Double { RecordingClock.system.monotonic() }
}
