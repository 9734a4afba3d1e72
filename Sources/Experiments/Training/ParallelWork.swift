import Platform
import Synchronization

/// Does some pieces of work on all cores, or `atOnce`. `progress` hears how much of all is done; where it says false, no
/// other piece begins, and those at work hear it too. The first failure ends the rest. Products come in the
/// order of the pieces; of those that never began there is none.
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

/// What the pieces know of each other.
private struct Shared<Product> {
  var shares: [Double]
  var products: [Int: Product] = [:]
  var failure: (any Error)?
  var isWanted = true

  init(pieces: Int) { shares = Array(repeating: 0, count: pieces) }

  /// Notes how far a piece has come; the part of all that is done.
  mutating func advance(_ index: Int, to share: Double) -> Double {
    shares[index] = share
    return shares.reduce(0, +) / Double(shares.count)
  }
}
