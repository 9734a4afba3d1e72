import Analysis
import Rollouts
import Testing

@Suite struct StatisticsTests {
  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var stream = Stream(seed: seed, purpose: .map)
    return (0..<count).map { _ in Double.random(in: -1000...1000, using: &stream) }
  }

  @Test(arguments: [1, 2, 7, 50, 500, 5000])
  func `the moving average is the mean of each window`(window: Int) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let values = numbers(1200, seed: seed)
      let average = Statistics.movingAverage(values, window: window)
      #expect(average.count == values.count)
      for index in values.indices {
        let part = values[max(0, index + 1 - window)...index]
        #expect(abs(average[index] - part.reduce(0, +) / Double(part.count)) < 1e-10)
      }
    }
  }

  @Test func `a huge number leaves no trace once it is out of the window`() {
    let values = [1e17] + Array(repeating: 0.1, count: 100)
    let average = Statistics.movingAverage(values, window: 10)
    #expect(abs(average[50] - 0.1) < 1e-12)
  }

  @Test func `the running best is the greatest number so far`() {
    #expect(Statistics.runningBest([-3, -5, 2, 1, 4]) == [-3, -3, 2, 2, 4])
    #expect(Statistics.movingAverage([], window: 5).isEmpty)
  }

  @Test func `quantiles interpolate between neighbours`() {
    let values = [4.0, 1, 3, 2]
    #expect(Statistics.quantiles([0, 0.25, 0.5, 0.75, 1], of: values) == [1, 1.75, 2.5, 3.25, 4])
    #expect(Statistics.quantiles([0.5], of: [7]) == [7])
    #expect(Statistics.quantiles([0.5], of: [])[0].isNaN)
  }

  @Test func `mean and standard deviation are those of a sample`() {
    #expect(Statistics.mean([2, 4, 4, 4, 5, 5, 7, 9]) == 5)
    #expect(
      abs(Statistics.standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]) - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(Statistics.mean([]).isNaN)
    #expect(Statistics.standardDeviation([3]) == 0)
  }
}
