import Platform

extension ThreadPool? {
  /// Does the rows 0 ..< count a hundred or so at a time, by a pool where there is one.
  func share(rows count: Int, _ work: @escaping @Sendable (Range<Int>) -> Void) {
    guard self != nil, count > 0 else { return work(0..<count) }
    let most = 128
    run((count + most - 1) / most) { work($0 * most..<min(count, ($0 + 1) * most)) }
  }
}
