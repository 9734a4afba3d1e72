internal import Glibc

/// Seconds on a clock that never jumps: for durations and deadlines.
package func monotonicSeconds() -> Double { seconds(of: CLOCK_MONOTONIC) }

/// Seconds since the beginning of 1970: for timestamps only, since this clock jumps when it is set.
package func secondsSince1970() -> Double { seconds(of: CLOCK_REALTIME) }

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
