import Foundation
import Platform
import Testing

@Suite struct ClockTests {
  @Test func `the monotonic clock never goes back, and agrees with Swift's own`() {
    let times = (0..<1000).map { _ in monotonicSeconds() }
    #expect(times == times.sorted())
    let (start, swift) = (monotonicSeconds(), SuspendingClock.now)
    usleep(10_000)
    let inner = (SuspendingClock.now - swift) / .seconds(1)
    let outer = monotonicSeconds() - start
    #expect(inner >= 0.01 && outer >= inner)
  }

  @Test func `the clock of timestamps is between two readings of Foundation's`() {
    let before = Date().timeIntervalSince1970
    let now = secondsSince1970()
    #expect(before <= now + 1e-6 && now <= Date().timeIntervalSince1970 + 1e-6)
  }
}
