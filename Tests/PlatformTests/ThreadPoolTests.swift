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
    // Each piece waits until the other has begun: one thread would wait for ever.
    let begun = Monitor(0)
    ThreadPool(threads: 2).run(2) { _ in
      begun.change { $0 += 1 }
      begun.wait { $0 == 2 ? () : nil }
    }
    #expect(begun.read { $0 } == 2)
  }
}
