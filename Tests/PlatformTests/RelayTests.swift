import Platform
import Synchronization
import Testing

struct RelayTests {
  @Test func `values arrive once and in order, and few wait at a time`() {
    let taken = Mutex<[Int]>([])
    let sent = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    let relay = Relay<Int> { value in
      let waiting = sent.load(ordering: .relaxed) - value
      most.max(waiting, ordering: .relaxed)
      taken.withLock { $0.append(value) }
    }
    for value in 0..<10_000 {
      relay.send(value)
      sent.store(value + 1, ordering: .relaxed)
    }
    relay.finish()
    #expect(taken.withLock { $0 } == Array(0..<10_000))
    #expect(most.load(ordering: .relaxed) <= 6)
  }

  @Test func `a relay that is dropped delivers what it was sent`() {
    let sum = Atomic<Int>(0)
    do {
      let relay = Relay<Int> { sum.add($0, ordering: .relaxed) }
      for value in 1...100 { relay.send(value) }
    }
    #expect(sum.load(ordering: .relaxed) == 5050)
  }
}
