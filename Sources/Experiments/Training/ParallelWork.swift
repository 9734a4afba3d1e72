import Platform
import Synchronization

/// Runs pieces of work on all cores, or `atOnce`. `progress` receives the share that is done; if it returns
/// false, no other piece begins, and the running ones are asked to stop. The first failure ends the rest.
/// Results come in the order of the pieces; pieces that never began have none.
package func onAllCores<Product: Sendable>(
  _ pieces: Int, atOnce: Int = ThreadPool.processorCount,
  progress: @escaping @Sendable (_ share: Double, _ note: String) -> Bool,
  _ work: @escaping @Sendable (Int, _ progress: ProgressHandler) throws -> Product
) throws -> [Product] {
  let shared = Mutex(Shared<Product>(pieces: pieces))
  let pool = ThreadPool(threads: max(1, min(pieces, atOnce)))
  pool.run(pieces) { index in
    guard shared.withLock({ $0.failure == nil && ($0.isWanted || index == 0) }) else { return }
    do {
      let product = try work(index) { share, note in
        let all = shared.withLock { $0.advance(index, to: share) }
        let isWanted = progress(all, note)
        if !isWanted { shared.withLock { $0.isWanted = false } }
        return isWanted
      }
      shared.withLock {
        _ = $0.advance(index, to: 1)
        $0.products[index] = product
      }
    } catch {
      shared.withLock { $0.failure = $0.failure ?? error }
    }
  }
  return try shared.withLock { shared in
    if let failure = shared.failure { throw failure }
    return shared.products.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// The shared state of the pieces.
private struct Shared<Product> {
  var shares: [Double]
  var products: [Int: Product] = [:]
  var failure: (any Error)?
  var isWanted = true

  init(pieces: Int) { shares = Array(repeating: 0, count: pieces) }

  /// Updates the progress of a piece; returns the share of all work that is done.
  mutating func advance(_ index: Int, to share: Double) -> Double {
    shares[index] = share
    return shares.reduce(0, +) / Double(shares.count)
  }
}
