import Platform
import Testing

@Suite struct MonitorTests {
  @Test func `who waits is woken by a change, and joins see what threads did`() throws {
    let monitor = Monitor([Int]())
    let thread = try #require(
      SystemThread {
        for number in 0..<100 {
          monitor.change { $0.append(number) }
          monitor.wait { $0.isEmpty ? () : nil }
        }
      })
    var taken: [Int] = []
    while taken.count < 100 {
      taken.append(monitor.wait { $0.popLast() })
      monitor.change { _ in }
    }
    thread.join()
    #expect(taken == Array(0..<100))
    #expect(monitor.read { $0.isEmpty })
  }

  @Test func `a deadline ends the waiting, but never before it`() {
    let monitor = Monitor(false)
    let deadline = monotonicSeconds() + 0.02
    #expect(monitor.wait(deadline: deadline) { $0 ? true : nil } == nil)
    #expect(monotonicSeconds() >= deadline)
    monitor.change { $0 = true }
    // What is there is not waited for.
    #expect(monitor.wait(deadline: 0) { $0 ? true : nil } == true)
  }
}
