import Platform
import Testing

@Suite struct MonitorTests {
  @Test func `a change wakes a waiting thread, and a join sees what its thread did`() throws {
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

  @Test func `a wait ends at its deadline, and never before`() {
    let monitor = Monitor(false)
    let deadline = monotonicSeconds() + 0.02
    #expect(monitor.wait(deadline: deadline) { $0 ? true : nil } == nil)
    #expect(monotonicSeconds() >= deadline)
    monitor.change { $0 = true }
    // A value that is there is returned without waiting.
    #expect(monitor.wait(deadline: 0) { $0 ? true : nil } == true)
  }
}
