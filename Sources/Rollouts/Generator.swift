/// What a random draw is for; streams of different purposes never meet.
package enum Purpose: UInt32, Sendable {
  case start = 1
  case world
  case policy
  case map
  case evaluation
}

/// Counter-based random numbers (Philox 4×32-10): a draw is a pure function of its key, so there is
/// no state to save, and any step of any episode can be drawn again on its own.
///
/// Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
package struct Generator: Sendable, Equatable {
  @usableFromInline let seed: UInt64

  /// A generator for one run.
  @inlinable package init(seed: UInt64) { self.seed = seed }

  /// The draws of one step of one episode.
  @inlinable package func draws(for purpose: Purpose, episode: Int, t: Int) -> Draws {
    Draws(seed: seed, purpose: purpose, episode: episode, t: t)
  }
}

/// All the random words that one purpose may use at one step of one episode.
package struct Draws: Sendable {
  @usableFromInline let key: SIMD2<UInt32>
  @usableFromInline let counter: SIMD4<UInt32>

  @inlinable init(seed: UInt64, purpose: Purpose, episode: Int, t: Int) {
    let episode = UInt64(truncatingIfNeeded: episode)
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    // The upper half of the fourth word counts blocks (see `subscript`).
    counter = SIMD4(
      UInt32(truncatingIfNeeded: t), UInt32(truncatingIfNeeded: episode),
      UInt32(truncatingIfNeeded: episode >> 32), purpose.rawValue)
  }

  /// Four words at a time: word `k` of the stream is word `k % 4` of block `k / 4`.
  @inlinable package subscript(block index: Int) -> Block {
    var counter = counter
    counter.w |= UInt32(truncatingIfNeeded: index) << 8
    return Block(words: philox(counter, key: key))
  }
}

/// Four random words of 32 bits.
package struct Block: Sendable {
  @usableFromInline let words: SIMD4<UInt32>

  @inlinable init(words: SIMD4<UInt32>) { self.words = words }

  /// One of the four words.
  @inlinable package subscript(index: Int) -> UInt32 { words[index] }

  /// A number in 0 ..< 1 with 32 random bits.
  @inlinable package func unit(_ index: Int) -> Double { Double(words[index]) * 0x1p-32 }

  /// A whole number in 0 ..< count; the bias is below count / 2³².
  @inlinable package func pick(_ index: Int, below count: Int) -> Int {
    Int((UInt64(words[index]) * UInt64(truncatingIfNeeded: count)) >> 32)
  }
}

/// Ten rounds of Philox 4×32.
@inlinable package func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  // Scalars, not vectors: a 32×32→64 multiplication is one scalar instruction.
  var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
  var (k0, k1) = (key.x, key.y)
  for _ in 0..<10 {
    let p0 = UInt64(c0) &* 0xD251_1F53
    let p1 = UInt64(c2) &* 0xCD9E_8D57
    (c0, c1, c2, c3) = (
      UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
      UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
    )
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return SIMD4(c0, c1, c2, c3)
}

/// A generator for bulk work outside a step (drawing maps, bootstrapping), still keyed by a seed.
package struct Stream: RandomNumberGenerator {
  private let draws: Draws
  private var index = 0
  private var pending: UInt64?

  /// The stream of one purpose; `part` separates several of them.
  package init(seed: UInt64, purpose: Purpose, part: Int = 0) {
    draws = Generator(seed: seed).draws(for: purpose, episode: part, t: 0)
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    if let low = pending {
      pending = nil
      return low
    }
    precondition(index < 1 << 24, "a stream holds 2²⁵ words; use another part")
    let block = draws[block: index]
    index += 1
    pending = UInt64(block[2]) << 32 | UInt64(block[3])
    return UInt64(block[0]) << 32 | UInt64(block[1])
  }
}
