/// What a random draw is for; streams for different purposes never overlap.
public enum Purpose: UInt32, Sendable {
  /// The state that an episode starts in.
  case start = 1
  /// What the world does in a step.
  case world
  /// Which action is chosen.
  case policy
  /// How a map is generated.
  case map
  /// Which action is chosen during an evaluation, when nothing is learned.
  case evaluation
  /// A network's initial parameters.
  case parameters
  /// Which transitions are replayed for learning.
  case replay
  /// Which activations are dropped while a network is trained.
  case dropout
  /// Which settings a search tries.
  case search
}

/// Counter-based random numbers (Philox 4×32-10): a draw is a pure function of its key, so there is
/// no state to save, and any step of any episode can be drawn again on its own.
///
/// ```swift
/// let draws = Generator(seed: 1).draws(for: .policy, episode: 3, t: 0)
/// let explores = draws.pick(0, below: 10) == 0
/// let action = draws.pick(1, below: 4)
/// ```
///
/// Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct Generator: Sendable, Equatable {
  @usableFromInline let seed: UInt64

  /// A generator for one run.
  @inlinable public init(seed: UInt64) { self.seed = seed }

  /// The draws of one step of one episode.
  @inlinable public func draws(for purpose: Purpose, episode: Int, t: Int) -> Draws {
    Draws(generator: self, purpose: purpose, episode: episode, t: t)
  }

  /// The words of one draw for the four steps 4 `quarter` to 4 `quarter` + 3 of an episode.
  @inlinable public func block(
    _ purpose: Purpose, episode: Int, quarter: Int, draw: Int = 0
  ) -> SIMD4<UInt32> {
    inlinedBlock(purpose, episode: episode, quarter: quarter, draw: draw)
  }

  /// The same, inlined into loops that would otherwise spend much of their time on the call.
  @inlinable @inline(__always) func inlinedBlock(
    _ purpose: Purpose, episode: Int, quarter: Int, draw: Int = 0
  ) -> SIMD4<UInt32> {
    let episode = UInt64(truncatingIfNeeded: episode)
    return philox(
      SIMD4(
        UInt32(truncatingIfNeeded: quarter), UInt32(truncatingIfNeeded: episode),
        UInt32(truncatingIfNeeded: episode >> 32),
        purpose.rawValue | UInt32(truncatingIfNeeded: draw) << 8),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }
}

/// All the random words that one purpose may use at one step of one episode, by number.
public struct Draws: Sendable {
  @usableFromInline let generator: Generator
  @usableFromInline let purpose: Purpose
  @usableFromInline let episode: Int
  @usableFromInline let t: Int

  @inlinable init(generator: Generator, purpose: Purpose, episode: Int, t: Int) {
    self.generator = generator
    self.purpose = purpose
    self.episode = episode
    self.t = t
  }

  /// One random word.
  @inlinable public func word(_ draw: Int) -> UInt32 {
    generator.block(purpose, episode: episode, quarter: t >> 2, draw: draw)[t & 3]
  }

  /// A whole number in 0 ..< count; the bias is below count / 2³².
  @inlinable public func pick(_ draw: Int, below count: Int) -> Int {
    Int((UInt64(word(draw)) * UInt64(truncatingIfNeeded: count)) >> 32)
  }
}

/// Draw 0 of one purpose through an episode: the same words as `Draws`, four steps at a time.
@usableFromInline package struct EpisodeWords: Sendable {
  @usableFromInline let generator: Generator
  @usableFromInline let purpose: Purpose
  @usableFromInline let episode: Int
  @usableFromInline var quarter = -1
  // Two pairs of words, the first of each in the low half. A shift then selects one of four without
  // a memory access.
  @usableFromInline var pairs: (UInt64, UInt64) = (0, 0)

  /// The words of an episode.
  @inlinable package init(_ generator: Generator, _ purpose: Purpose, episode: Int) {
    self.generator = generator
    self.purpose = purpose
    self.episode = episode
  }

  /// The word of a step.
  @inlinable @inline(__always) package mutating func word(_ t: Int) -> UInt32 {
    if t >> 2 != quarter {
      quarter = t >> 2
      let block = generator.inlinedBlock(purpose, episode: episode, quarter: quarter)
      pairs.0 = UInt64(block.x) | UInt64(block.y) << 32
      pairs.1 = UInt64(block.z) | UInt64(block.w) << 32
    }
    let pair = t & 2 == 0 ? pairs.0 : pairs.1
    return UInt32(truncatingIfNeeded: pair &>> UInt64(truncatingIfNeeded: (t & 1) << 5))
  }
}

/// Ten rounds of Philox 4×32.
@inlinable @inline(__always)
package func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
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

/// A generator for bulk work outside a step (drawing maps, bootstrapping), also keyed by a seed.
package struct Stream: RandomNumberGenerator {
  private let generator: Generator
  private let purpose: Purpose
  private let part: Int
  private var blocks = 0
  private var pending: UInt64?

  /// The stream of one purpose; `part` separates several of them.
  package init(seed: UInt64, purpose: Purpose, part: Int = 0) {
    generator = Generator(seed: seed)
    self.purpose = purpose
    self.part = part
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    if let low = pending {
      pending = nil
      return low
    }
    let block = generator.block(
      purpose, episode: part, quarter: blocks, draw: blocks >> 32)
    blocks += 1
    pending = UInt64(block.z) << 32 | UInt64(block.w)
    return UInt64(block.x) << 32 | UInt64(block.y)
  }
}
