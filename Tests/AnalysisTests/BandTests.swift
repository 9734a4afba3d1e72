import Analysis
import Testing

@Suite struct BandTests {
  @Test func `an interval contains the mean and stays within the measured range`() {
    let interval = Interval([0, 0, 0, 1, 5, 7, 0, 2])
    #expect(interval.estimate == 1.875)
    #expect(interval.low >= 0 && interval.low < interval.estimate)
    #expect(interval.high <= 7 && interval.high > interval.estimate)
    // For a normal sample it is close to Student's t interval.
    let even = Interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(abs(even.low - 3.7) < 0.25 && abs(even.high - 7.3) < 0.25)
  }

  @Test func `the same sample gives the same interval, and one number an interval of zero width`() {
    #expect(Interval([3, 1, 4, 1, 5]) == Interval([3, 1, 4, 1, 5]))
    let one = Interval([2.5])
    #expect(one.low == 2.5 && one.high == 2.5)
  }

  @Test func `a band is computed point by point`() {
    let band = Band(x: [0, 1], runs: [[0, 2], [0, 4], [0, 6]])
    #expect(band.estimate == [0, 4] && band.count == 3)
    #expect(band.low[0] == 0 && band.high[0] == 0)
    #expect(band.low[1] >= 2 && band.high[1] <= 6)
  }

  @Test func `a column has enough digits to tell its means and intervals apart`() {
    func texts(_ numbers: (Double, Double, Double)...) -> [String] {
      let intervals = numbers.map { Interval($0.0, from: $0.1, to: $0.2) }
      return intervals.map(IntervalColumn(intervals).text)
    }
    #expect(texts((94.87, 94.83, 94.93)) == ["94.87 (94.83 to 94.93)"])
    #expect(
      texts((94.87, 94.71, 95.06), (94.91, 94.7, 95.1)) == [
        "94.87 (94.71 to 95.06)", "94.91 (94.70 to 95.10)",
      ])
    #expect(
      texts((94.9, 94.1, 95.6), (60, 55.2, 63.1)) == [
        "94.9 (94.1 to 95.6)", "60.0 (55.2 to 63.1)",
      ])
    #expect(texts((0.5, 0.25, 0.75), (1, 1, 1)) == ["0.500 (0.250 to 0.750)", "1.000"])
    // Rounding errors are no difference, and at most three digits are added.
    #expect(texts((1, 0.9, 1.000_000_000_1)) == ["1.000 (0.900 to 1.000)"])
    #expect(
      texts((0.1, 0, 0.2), (0.100_004, 0, 0.2)) == [
        "0.100000 (0.000000 to 0.200000)", "0.100004 (0.000000 to 0.200000)",
      ])
  }
}
