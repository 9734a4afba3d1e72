import Dispatch
import Synchronization
import Trainers

/// Trains runs on all cores with one bar for all of them; the first failure ends the rest.
///
/// Their results are returned in the order of the runs; of those that were never begun, nothing.
func trainAll(
  _ runs: [TrainingRun], _ title: String, _ console: Console
) throws -> [TrainingRun.Result] {
  try onAllCores(runs.count, title, console) { index, progress in
    try runs[index].run { now in
      progress(now.share, now.words)
    }
  }
}

/// Does so many pieces of work on all cores, with one bar for all of them. The first failure ends the
/// rest, and Ctrl-C those that have not begun; products come in the order of the pieces.
func onAllCores<Product: Sendable>(
  _ pieces: Int, _ title: String, _ console: Console,
  _ work: @escaping @Sendable (Int, _ progress: (Double, String) -> Void) throws -> Product
) throws -> [Product] {
  Interruption.watch()
  let shared = Mutex(Shared<Product>(bar: ProgressBar(title, console), pieces: pieces))
  DispatchQueue.concurrentPerform(iterations: pieces) { index in
    if shared.withLock({ $0.failure != nil }) || Interruption.isRequested && index > 0 { return }
    do {
      let product = try work(index) { share, note in
        shared.withLock { $0.advance(index, to: share, note) }
      }
      shared.withLock {
        $0.advance(index, to: 1, "")
        $0.products[index] = product
      }
    } catch {
      shared.withLock { $0.failure = $0.failure ?? error }
    }
  }
  return try shared.withLock { shared in
    shared.bar.finish()
    if let failure = shared.failure { throw failure }
    return shared.products.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// What the pieces tell each other.
private struct Shared<Product> {
  var bar: ProgressBar
  var shares: [Double]
  var products: [Int: Product] = [:]
  var failure: (any Error)?

  init(bar: ProgressBar, pieces: Int) {
    self.bar = bar
    shares = Array(repeating: 0, count: pieces)
  }

  mutating func advance(_ index: Int, to share: Double, _ note: String) {
    shares[index] = share
    bar.update(shares.reduce(0, +) / Double(shares.count), note)
  }
}
