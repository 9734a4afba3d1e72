import Glibc
import Platform
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func `every piece is done once, by any number of threads, round after round`(
    threads: Int, count: Int
  ) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threads <= threads)
    for _ in 0..<20 {
      let times = Mutex([Int](repeating: 0, count: count))
      pool.run(count) { piece in times.withLock { $0[piece] += 1 } }
      #expect(times.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test func `without a pool, the calling thread does the pieces in order`() {
    let none: ThreadPool? = nil
    let order = Mutex<[Int]>([])
    none.run(5) { piece in order.withLock { $0.append(piece) } }
    #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
  }

  @Test func `two threads work at the same time`() {
    // Each piece waits until the other has begun: one thread would wait forever.
    let begun = Monitor(0)
    ThreadPool(threads: 2).run(2) { _ in
      begun.change { $0 += 1 }
      begun.wait { $0 == 2 ? () : nil }
    }
    #expect(begun.read { $0 } == 2)
  }

  /// The sum over the pieces of many short rounds, some of which start after a pause.
  private func sum(of rounds: Int, _ pool: ThreadPool, pieces: Int, resting: Bool) -> Int {
    let total = Mutex(0)
    for round in 0..<rounds {
      // By then the helpers are asleep.
      if resting, round % 50 == 0 { usleep(1000) }
      let parts = Mutex([Int](repeating: 0, count: pieces))
      pool.run(pieces) { piece in parts.withLock { $0[piece] = round + piece } }
      let sum = parts.withLock { $0.reduce(0, +) }
      total.withLock { $0 += sum }
    }
    return total.withLock { $0 }
  }

  private func expected(_ rounds: Int, _ pieces: Int) -> Int {
    (0..<rounds).reduce(0) { $0 + pieces * $1 + pieces * (pieces - 1) / 2 }
  }

  @Test(arguments: [2, 3, 8], [2, 5])
  func `many short rounds are all done, whether the helpers are awake or asleep`(
    threads: Int, pieces: Int
  ) {
    let pool = ThreadPool(threads: threads)
    for resting in [false, true] {
      let rounds = resting ? 500 : 5000
      #expect(
        sum(of: rounds, pool, pieces: pieces, resting: resting) == expected(rounds, pieces))
    }
  }

  @Test func `more threads than processors finish too`() {
    // Eight threads, each with short rounds on a pool of its own.
    let outer = ThreadPool(threads: 8)
    let sums = Mutex([Int](repeating: 0, count: 8))
    outer.run(8) { index in
      let sum = sum(of: 300, ThreadPool(threads: 3), pieces: 4, resting: false)
      sums.withLock { $0[index] = sum }
    }
    #expect(sums.withLock { $0 } == [Int](repeating: expected(300, 4), count: 8))
  }

  @Test func `a piece may use its own pool, and then does the work alone`() {
    let pool = ThreadPool(threads: 2)
    let times = Mutex([Int](repeating: 0, count: 12))
    for _ in 0..<100 {
      pool.run(3) { outer in
        pool.run(4) { inner in times.withLock { $0[4 * outer + inner] += 1 } }
      }
    }
    #expect(times.withLock { $0 } == [Int](repeating: 100, count: 12))
  }

  @Test func `one pool serves two callers`() {
    let pool = ThreadPool(threads: 2)
    let total = Mutex(0)
    ThreadPool(threads: 2).run(2) { _ in
      let sum = sum(of: 1000, pool, pieces: 3, resting: false)
      total.withLock { $0 += sum }
    }
    #expect(total.withLock { $0 } == 2 * expected(1000, 3))
  }

  @Test(arguments: [false, true])
  func `a pool is released whether its helpers are awake or asleep`(resting: Bool) {
    for threads in 1...20 {
      let pool = ThreadPool(threads: threads)
      if threads % 2 == 0 { pool.run(threads) { _ in } }
      if resting { usleep(1000) }
    }
  }

  @Test func `what a round's work holds is released when the round ends`() {
    final class Held: Sendable {}
    let pool = ThreadPool(threads: 3)
    for _ in 0..<200 {
      var held: Held? = Held()
      weak let watched = held
      pool.run(6) { [held] _ in withExtendedLifetime(held) {} }
      held = nil
      #expect(watched == nil)
    }
  }
}
