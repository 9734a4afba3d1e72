import Platform

extension ThreadPool {
  /// Processes the rows 0 ..< count, about a hundred at a time.
  func share(rows count: Int, _ work: @escaping @Sendable (Range<Int>) -> Void) {
    let most = 128
    run((count + most - 1) / most) { work($0 * most..<min(count, ($0 + 1) * most)) }
  }
}

extension ThreadPool? {
  /// Processes the rows 0 ..< count, on a pool where there is one.
  func share(rows count: Int, _ work: @escaping @Sendable (Range<Int>) -> Void) {
    guard let self else { return work(0..<count) }
    self.share(rows: count, work)
  }
}
