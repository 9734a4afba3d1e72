/// The finite returns of a run, for a search for changes of their mean. Of very many, it keeps the means of neighbours,
/// so that memory does not grow with their number.
struct ReturnSeries {
  /// The return of each episode, or the mean of each `length` neighbours.
  private(set) var means: [Double] = []
  /// The number of the last episode in each mean.
  private(set) var numbers: [Int] = []
  /// The number of episodes in each mean: a power of two.
  private(set) var length = 1
  /// The number of episodes.
  private(set) var count = 0
  /// The sum of the squares of the differences between neighbours.
  private(set) var squares = 0.0

  private var last: Double?
  private var sum = 0.0
  private var summed = 0

  /// Fewer means than this are kept.
  static let most = 1 << 17

  /// Adds the next return.
  mutating func add(_ value: Double, number: Int) {
    if let last { squares += (value - last) * (value - last) }
    (last, count) = (value, count + 1)
    sum += value
    summed += 1
    guard summed == length else { return }
    means.append(sum / Double(length))
    numbers.append(number)
    (sum, summed) = (0, 0)
    if means.count == Self.most { joinPairs() }
  }

  private mutating func joinPairs() {
    let half = means.count / 2
    for place in 0..<half {
      means[place] = (means[2 * place] + means[2 * place + 1]) / 2
      numbers[place] = numbers[2 * place + 1]
    }
    means.removeLast(half)
    numbers.removeLast(half)
    length *= 2
  }
}
