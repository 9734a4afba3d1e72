import Analysis
import Testing

@Suite struct BandTests {
  @Test func `an interval holds the mean, and never leaves what was measured`() {
    let interval = Interval([0, 0, 0, 1, 5, 7, 0, 2])
    #expect(interval.estimate == 1.875)
    #expect(interval.low >= 0 && interval.low < interval.estimate)
    #expect(interval.high <= 7 && interval.high > interval.estimate)
    // Of a normal sample it is nearly that of Student's t.
    let even = Interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(abs(even.low - 3.7) < 0.25 && abs(even.high - 7.3) < 0.25)
  }

  @Test func `the same sample gives the same interval, one number none`() {
    #expect(Interval([3, 1, 4, 1, 5]) == Interval([3, 1, 4, 1, 5]))
    let one = Interval([2.5])
    #expect(one.low == 2.5 && one.high == 2.5)
  }

  @Test func `a band is made place by place`() {
    let band = Band(x: [0, 1], runs: [[0, 2], [0, 4], [0, 6]])
    #expect(band.estimate == [0, 4] && band.count == 3)
    #expect(band.low[0] == 0 && band.high[0] == 0)
    #expect(band.low[1] >= 2 && band.high[1] <= 6)
  }
}
