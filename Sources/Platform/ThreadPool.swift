internal import CThreads
internal import Glibc
internal import Synchronization

/// Threads that share numbered pieces of work, again and again. Which thread gets which piece is
/// left to chance, so pieces must not depend on each other, and results are combined in order
/// afterwards. The number of threads therefore changes no result.
@safe package final class ThreadPool: Sendable {
  /// How many threads work, including the calling one.
  package let threads: Int
  private let round = Round()
  private let helpers: [SystemThread]

  /// A pool of threads; has fewer where the system has no more.
  package init(threads: Int) {
    precondition(threads > 0, "a pool has a thread")
    let round = round
    helpers = (1..<threads).compactMap { _ in SystemThread { round.help() } }
    self.threads = helpers.count + 1
  }

  deinit {
    round.stop()
    for thread in helpers { thread.join() }
  }

  /// How many processors this program may use; processes of one run share those of a machine.
  package static var processorCount: Int {
    let limit = limit.load(ordering: .relaxed)
    return limit > 0 ? min(limit, allowedProcessors) : allowedProcessors
  }

  /// Limits the number of processors from now on, for programs that share them.
  package static func useAtMost(_ processors: Int) { limit.store(processors, ordering: .relaxed) }

  private static let limit = Atomic<Int>(0)

  private static let allowedProcessors: Int = {
    let (allowed, all) = (Int(reel_processors()), max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return Launch.here.processors(allowed: allowed > 0 ? allowed : all, all: all)
  }()

  /// Does the pieces 0 ..< count, each once, and returns when all are done. The calling thread does
  /// them alone where this pool is busy, or where the call is part of another pool's piece and that
  /// pool keeps all processors busy.
  package func run(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
    if threads > 1, count > 1, !Round.isCrowded, round.run(count, by: threads, piece) { return }
    for index in 0..<count { piece(index) }
  }
}

/// The pieces of the current round, and the threads that take them.
@safe private final class Round: @unchecked Sendable {
  /// The pieces that are not taken: the first in the low half, the end in the high half.
  private let open = LonelyNumber<UInt64>(0)
  /// How many are not done.
  private let left = LonelyNumber<Int>(0)
  private let isRunning = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)
  /// How many helpers sleep, and whether the caller does.
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  // Set while no piece is open, so only a thread that has taken a piece reads it.
  private var piece: (@Sendable (Int) -> Void)?
  private var threads = 1
  private var company = Company()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(bell, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(bell)
    unsafe pthread_mutex_destroy(mutex)
    unsafe bell.deallocate()
    unsafe mutex.deallocate()
  }

  // MARK: The caller

  /// Does a round. False where another round is in progress, of which this may be a part, and where
  /// the caller is faster alone.
  func run(_ count: Int, by threads: Int, _ piece: @escaping @Sendable (Int) -> Void) -> Bool {
    guard count <= UInt32.max, !isRunning.exchange(true, ordering: .acquiring) else {
      return false
    }
    defer { isRunning.store(false, ordering: .releasing) }
    guard company.isWorthwhile() else { return false }
    let start = monotonicSeconds()
    self.piece = piece
    self.threads = threads
    left.number.store(count, ordering: .relaxed)
    open.number.store(UInt64(count) << 32, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { ring() }
    var isIdle = true
    while let index = takeFirst() {
      work(at: index)
      isIdle = false
    }
    let end = monotonicSeconds()
    waitForOthers()
    self.piece = nil
    if !isIdle { company.note(work: end - start, wait: monotonicSeconds() - end) }
    return true
  }

  private func waitForOthers() {
    if breathe(until: { left.number.load(ordering: .acquiring) == 0 }) { return }
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    sleep { left.number.load(ordering: .sequentiallyConsistent) == 0 }
    callerSleeps.store(false, ordering: .relaxed)
  }

  // MARK: The helpers

  /// Runs a helper thread until the pool ends.
  func help() {
    while true {
      if let index = takeLast() {
        work(at: index)
        if left.number.load(ordering: .sequentiallyConsistent) == 0,
          callerSleeps.load(ordering: .sequentiallyConsistent)
        {
          ring()
        }
      } else if isOver.load(ordering: .acquiring) {
        return
      } else if !breathe(until: { isWanted }) {
        sleepers.add(1, ordering: .sequentiallyConsistent)
        sleep { isWanted }
        sleepers.subtract(1, ordering: .relaxed)
      }
    }
  }

  private var isWanted: Bool {
    let pieces = open.number.load(ordering: .sequentiallyConsistent)
    return UInt32(truncatingIfNeeded: pieces) < pieces >> 32 || isOver.load(ordering: .acquiring)
  }

  func stop() {
    isOver.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  // MARK: Pieces

  // The caller takes pieces from the front and helpers from the back. With as many pieces as
  // threads, each thread tends to get the one whose data is still in its cache.

  private func takeFirst() -> Int? {
    var pieces = open.number.load(ordering: .relaxed)
    while UInt32(truncatingIfNeeded: pieces) < pieces >> 32 {
      let (isMine, now) = open.number.compareExchange(
        expected: pieces, desired: pieces + 1, ordering: .acquiringAndReleasing)
      if isMine { return Int(UInt32(truncatingIfNeeded: pieces)) }
      pieces = now
    }
    return nil
  }

  private func takeLast() -> Int? {
    var pieces = open.number.load(ordering: .relaxed)
    while UInt32(truncatingIfNeeded: pieces) < pieces >> 32 {
      let (isMine, now) = open.number.compareExchange(
        expected: pieces, desired: pieces - 1 << 32, ordering: .acquiringAndReleasing)
      if isMine { return Int(pieces >> 32) - 1 }
      pieces = now
    }
    return nil
  }

  private func work(at index: Int) {
    perform(index)
    left.number.subtract(1, ordering: .sequentiallyConsistent)
  }

  /// Does a piece of the round that its index was taken from. A separate function, so that it has
  /// released the work before the caller replaces it.
  @inline(never)
  private func perform(_ index: Int) {
    let employer = unsafe reel_employer()
    let before = unsafe employer.pointee
    unsafe employer.pointee = Unmanaged.passUnretained(self).toOpaque()
    piece?(index)
    unsafe employer.pointee = before
  }

  /// Whether this thread works on a round whose other threads leave no processor free.
  static var isCrowded: Bool {
    guard let employer = unsafe reel_employer().pointee else { return false }
    let round = unsafe Unmanaged<Round>.fromOpaque(employer).takeUnretainedValue()
    let busy = min(round.threads, round.left.number.load(ordering: .relaxed))
    return 2 * busy > ThreadPool.processorCount
  }

  // MARK: Waiting

  /// Short rounds follow each other closely, so sleeping between them would cost more than it
  /// saves.
  private static let patience = 100e-6

  /// Waits for a condition without sleeping; false where that takes too long.
  private func breathe(until isDone: () -> Bool) -> Bool {
    let start = monotonicSeconds()
    repeat {
      for _ in 0..<32 {
        if isDone() { return true }
        reel_breathe()
      }
    } while monotonicSeconds() - start < Self.patience
    return false
  }

  /// Sleeps until a condition holds; the thread that fulfils it wakes the sleepers.
  private func sleep(until isDone: () -> Bool) {
    unsafe pthread_mutex_lock(mutex)
    while !isDone() { unsafe pthread_cond_wait(bell, mutex) }
    unsafe pthread_mutex_unlock(mutex)
  }

  private func ring() {
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_cond_broadcast(bell)
    unsafe pthread_mutex_unlock(mutex)
  }
}

/// A number with cache lines of its own, because some threads poll it while others write its
/// neighbours.
private struct LonelyNumber<Number: AtomicRepresentable>: ~Copyable {
  private let before: InlineArray<16, UInt64> = .init(repeating: 0)
  let number: Atomic<Number>
  private let behind: InlineArray<16, UInt64> = .init(repeating: 0)

  init(_ number: consuming Number) { self.number = Atomic(number) }
}

/// Whether short rounds are worth sharing. On a busy machine, a helper that has taken a piece may
/// lose its processor for as long as a hundred rounds take.
private struct Company {
  /// How often the caller has recently waited too long for a helper, and how many rounds it now
  /// does alone.
  private var losses = 0
  private var alone = 0
  /// Longer than a running helper takes for a piece as long as the caller's.
  private static let long = 200e-6

  /// Whether the next round is shared.
  mutating func isWorthwhile() -> Bool {
    guard alone > 0 else { return true }
    alone -= 1
    return false
  }

  /// Records how long the caller of a shared round worked and then waited.
  mutating func note(work: Double, wait: Double) {
    if wait > Self.long, wait > 4 * work {
      alone = 16 << losses
      losses = min(losses + 1, 8)
    } else if losses > 0, wait < work {
      losses -= 1
    }
  }
}

extension ThreadPool? {
  /// Does the pieces 0 ..< count, on a pool where there is one.
  package func run(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
    if let self { return self.run(count, piece) }
    for index in 0..<count { piece(index) }
  }
}
