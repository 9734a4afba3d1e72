import Rollouts
import Testing

struct GeneratorTests {
  /// From the known-answer file of Random123, the authors' own implementation.
  static let known: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>)] = [
    (
      SIMD4(repeating: 0), SIMD2(repeating: 0),
      SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4(repeating: .max), SIMD2(repeating: .max),
      SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      SIMD2(0xa409_3822, 0x299f_31d0),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ]

  @Test(arguments: known.indices)
  func `philox gives the published answers`(index: Int) {
    let test = Self.known[index]
    #expect(philox(test.counter, key: test.key) == test.answer)
  }

  @Test(arguments: [Purpose.start, .world, .policy, .map, .evaluation], [1, 2, 1 << 40])
  func `the words of an episode are the draws of its steps`(purpose: Purpose, episode: Int) {
    let generator = Generator(seed: 1 << 62 | 12345)
    var words = EpisodeWords(generator, purpose, episode: episode)
    for t in [0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 99, 3, 1_000_003] {
      let draws = generator.draws(for: purpose, episode: episode, t: t)
      #expect(words.word(t) == draws.word(0))
    }
  }

  @Test func `no two keys share their words`() {
    var seen: Set<UInt32> = []
    var count = 0
    for seed in [0, 1, 1 << 32] as [UInt64] {
      let generator = Generator(seed: seed)
      for purpose in [Purpose.world, .policy] {
        for episode in [1, 2, 1 << 33] {
          for t in 0..<10 {
            for draw in 0..<3 {
              seen.insert(generator.draws(for: purpose, episode: episode, t: t).word(draw))
              count += 1
            }
          }
        }
      }
    }
    // 540 words of 32 bits: one pair in 30,000 runs would be equal by chance.
    #expect(seen.count == count)
  }

  @Test(arguments: [2, 3, 4, 7])
  func `picks are uniform`(count: Int) {
    let generator = Generator(seed: 9)
    var found = [Int](repeating: 0, count: count)
    let trials = 60_000
    for t in 0..<trials {
      found[generator.draws(for: .policy, episode: 1, t: t).pick(1, below: count)] += 1
    }
    // χ² with count − 1 degrees of freedom; 25 is beyond 1 in 1000 for all of these.
    let expected = Double(trials) / Double(count)
    let chi = found.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chi < 25)
  }

  @Test func `every bit of a stream is set half the time`() {
    var stream = Stream(seed: 3, purpose: .map)
    var set = [Int](repeating: 0, count: 64)
    let trials = 20_000
    for _ in 0..<trials {
      let word = stream.next()
      for bit in 0..<64 { set[bit] += Int(word >> bit & 1) }
    }
    // Five standard deviations of a fair coin.
    #expect(set.allSatisfy { abs($0 - trials / 2) < 354 })
  }

  @Test func `streams of another part, purpose or seed differ`() {
    var words: Set<UInt64> = []
    for seed in [1, 2] as [UInt64] {
      for purpose in [Purpose.map, .evaluation] {
        for part in 0..<3 {
          var stream = Stream(seed: seed, purpose: purpose, part: part)
          for _ in 0..<5 { words.insert(stream.next()) }
        }
      }
    }
    #expect(words.count == 60)
  }
}
