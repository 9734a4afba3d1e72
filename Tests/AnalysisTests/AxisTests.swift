import Analysis
import Raster
import Testing

@Suite struct AxisTests {
  @Test(arguments: [
    (0.0...1.0, 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0.0...1000.0, 5, ["0", "200", "400", "600", "800", "1,000"]),
    (0.0...20_000.0, 4, ["0", "5 K", "10 K", "15 K", "20 K"]),
    (0.0...1_930_000.0, 4, ["0", "0.5 M", "1.0 M", "1.5 M"]),
    (-540.0...95.0, 4, ["−400", "−200", "0"]),
    (-0.05...0.05, 4, ["−0.05", "0", "0.05"]),
    (99.0...101.0, 4, ["99.0", "99.5", "100.0", "100.5", "101.0"]),
    (0.0...3e9, 3, ["0", "1 G", "2 G", "3 G"]),
  ])
  func `ticks are at 1, 2 or 5 times a power of ten`(
    range: ClosedRange<Double>, count: Int, labels: [String]
  ) {
    let ticks = Axis("", range).ticks(about: count)
    #expect(ticks.map(\.label) == labels)
    for tick in ticks { #expect(range.contains(tick.value) || abs(tick.value) < 1e-9) }
  }

  @Test func `a step divides a length into about the number of parts asked for`() {
    for power in -6...6 {
      for length in [1.0, 1.5, 2, 3.3, 5, 7, 9.9] {
        var scale = 1.0
        for _ in 0..<abs(power) { scale *= power < 0 ? 0.1 : 10 }
        for parts in 2...9 {
          let step = Axis.roundStep(length * scale, parts: parts)
          let number = length * scale / step
          #expect(number <= Double(parts) + 1e-6 && number >= Double(parts) / 2.6)
        }
      }
    }
  }

  @Test func `NaN, infinity and far-off values have no place on an axis`() {
    let axis = Axis("", -540...95)
    #expect(axis.canShow(0) && axis.canShow(-1000))
    for value in [Double.nan, .infinity, -.infinity, 1e308, Double(Int.min)] {
      #expect(!axis.canShow(value))
    }
    #expect(!Axis("", 1...10, scale: .logarithmic).canShow(-1))
    let covering = Axis.covering("", [[-1e308, 1e308, .infinity, 3, 4]])
    #expect(covering.range.lowerBound > 2 && covering.range.upperBound < 5)
  }

  @Test func `an axis of zero length is widened, and NaN and infinity are ignored`() {
    let flat = Axis("", 5...5)
    #expect(flat.range.contains(5) && flat.range.upperBound > 5)
    let axis = Axis.covering("", [[1, .nan, 3], [.infinity, 2]], air: 0)
    #expect(axis.range == 1...3)
    #expect(Axis.covering("", [[]]).range == 0...1)
  }

  @Test func `a logarithmic axis marks powers of ten`() {
    let axis = Axis("", 1...1000, scale: .logarithmic)
    #expect(axis.ticks(about: 5).map(\.value) == [1, 10, 100, 1000])
    #expect(abs(axis.share(of: 10) - 1.0 / 3) < 1e-12)
    let short = Axis("", 1...14, scale: .logarithmic).ticks(about: 5)
    #expect(short.map(\.value) == [1, 2, 5, 10])
  }

  @Test(arguments: [
    (0, "0"), (0.0123456, "0.0123"), (1.5, "1.5"), (94.84, "94.8"), (-201.3, "−201"),
    (9999, "9,999"), (12_345, "12.3 K"), (1_000_000, "1 M"), (999_950, "1 M"), (0.00001, "1e−5"),
    (.nan, "–"), (-.infinity, "−∞"), (100, "100"), (0.7442, "0.744"), (-0.0004, "−0.0004"),
  ])
  func `numbers are as short as people write them`(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test func `fixed, signed and grouped numbers`() {
    #expect(NumberText.fixed(-0.004, decimals: 2) == "0.00", "no minus sign before zero")
    #expect(NumberText.fixed(0.05, decimals: 1) == "0.1")
    #expect(NumberText.fixed(1234.5678, decimals: 3) == "1,234.568")
    #expect(NumberText.signed(10, decimals: 2) == "+10")
    #expect(NumberText.signed(-1.50, decimals: 2) == "−1.5")
    #expect(NumberText.grouped(1_931_353) == "1,931,353")
    #expect(NumberText.grouped(-999) == "−999")
  }
}
