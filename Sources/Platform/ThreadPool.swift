internal import Glibc
internal import Synchronization

/// Threads that share out numbered pieces of work, again and again. Which thread does which piece is
/// left to chance, so pieces must not depend on each other, and what they give is put together in order
/// afterwards: then the number of threads changes no result.
@safe package final class ThreadPool: Sendable {
  /// How many threads work, the calling one included.
  package let threads: Int
  private let shared = Shared()
  private let helpers: [SystemThread]

  /// A pool of threads; where the system has no more to give, of fewer.
  package init(threads: Int) {
    precondition(threads > 0, "a pool has a thread")
    let shared = shared
    helpers = (1..<threads).compactMap { _ in SystemThread { shared.help() } }
    self.threads = helpers.count + 1
  }

  deinit {
    shared.stop()
    for thread in helpers { thread.join() }
  }

  /// How many processors this program may use.
  package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Does the pieces 0 ..< count, each once, and returns when all are done.
  package func run(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
    guard threads > 1, count > 1 else {
      for index in 0..<count { piece(index) }
      return
    }
    shared.run(count, piece)
  }

  /// What the threads know of each other.
  @safe private final class Shared: @unchecked Sendable {
    /// Odd while a round of work is open.
    private let round = Atomic<Int>(0)
    private let nextPiece = Atomic<Int>(0)
    /// How many helpers are at work in this round.
    private let working = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)
    private var count = 0
    private var piece: (@Sendable (Int) -> Void)?
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

    func run(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
      unsafe pthread_mutex_lock(mutex)
      self.count = count
      self.piece = piece
      nextPiece.store(0, ordering: .relaxed)
      round.add(1, ordering: .sequentiallyConsistent)
      unsafe pthread_cond_broadcast(bell)
      unsafe pthread_mutex_unlock(mutex)
      takePieces(count, piece)
      // Nobody may begin now; who has begun is waited for.
      round.add(1, ordering: .sequentiallyConsistent)
      while working.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
      self.piece = nil
    }

    private func takePieces(_ count: Int, _ piece: (Int) -> Void) {
      while true {
        let index = nextPiece.add(1, ordering: .relaxed).oldValue
        if index >= count { return }
        piece(index)
      }
    }

    private func isOpen(after seen: Int) -> Bool {
      let now = round.load(ordering: .acquiring)
      return now & 1 == 1 && now > seen
    }

    /// What a helper does until the pool goes.
    func help() {
      var seen = 0
      while true {
        // Short rounds follow each other closely: sleeping between them would cost more than it saves.
        var tries = 0
        while !isOpen(after: seen), tries < 4000 { tries += 1 }
        if tries == 4000 {
          unsafe pthread_mutex_lock(mutex)
          while !isOpen(after: seen), !isOver.load(ordering: .acquiring) {
            unsafe pthread_cond_wait(bell, mutex)
          }
          unsafe pthread_mutex_unlock(mutex)
        }
        if isOver.load(ordering: .acquiring) { return }
        working.add(1, ordering: .sequentiallyConsistent)
        let now = round.load(ordering: .sequentiallyConsistent)
        if now & 1 == 1, let piece { takePieces(count, piece) }
        seen = now
        working.subtract(1, ordering: .sequentiallyConsistent)
      }
    }

    func stop() {
      unsafe pthread_mutex_lock(mutex)
      isOver.store(true, ordering: .releasing)
      unsafe pthread_cond_broadcast(bell)
      unsafe pthread_mutex_unlock(mutex)
    }
  }
}

extension ThreadPool? {
  /// Does the pieces 0 ..< count, by a pool where there is one.
  package func run(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
    if let self { return self.run(count, piece) }
    for index in 0..<count { piece(index) }
  }
}
