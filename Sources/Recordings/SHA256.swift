/// SHA-256, fed piece by piece; a copy goes on from where it was copied.
///
/// FIPS 180-4: https://doi.org/10.6028/NIST.FIPS.180-4
package struct SHA256: Sendable {
  private var state = SIMD8<UInt32>(
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
    0x5BE0_CD19)
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// A hash of nothing yet.
  package init() { pending.reserveCapacity(64) }

  /// The hash of some bytes.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finished()
  }

  /// Takes bytes.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Takes bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var taken = 0
    if !pending.isEmpty {
      taken = min(64 - pending.count, bytes.count)
      unsafe pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
      guard pending.count == 64 else { return }
      unsafe pending.withUnsafeBytes { unsafe Self.compress(&state, $0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = taken + ((bytes.count - taken) & ~63)
    unsafe Self.compress(&state, UnsafeRawBufferPointer(rebasing: bytes[taken..<whole]))
    unsafe pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
  }

  /// The 32 bytes; the hash itself may still take more.
  package func finished() -> [UInt8] {
    var copy = self
    let bits = length &* 8
    let zeros = (119 - pending.count) % 64
    copy.update([0x80] + Array(repeating: 0, count: zeros))
    copy.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    return (0..<32).map { UInt8(truncatingIfNeeded: copy.state[$0 / 4] >> (24 - 8 * ($0 % 4))) }
  }

  private static func compress(_ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawBufferPointer) {
    guard let start = blocks.baseAddress else { return }
    var words = Words(state)
    var schedule = InlineArray<16, UInt32>(repeating: 0)
    for offset in stride(from: 0, to: blocks.count, by: 64) {
      let before = words
      for index in 0..<16 {
        let word = unsafe start.loadUnaligned(fromByteOffset: offset &+ 4 &* index, as: UInt32.self)
        unsafe schedule[unchecked: index] = UInt32(bigEndian: word)
      }
      words.sixteenRounds { index in
        unsafe constants[unchecked: index] &+ schedule[unchecked: index]
      }
      for first in stride(from: 16, to: 64, by: 16) {
        words.sixteenRounds { index in
          unsafe constants[unchecked: first &+ index] &+ next(&schedule, index)
        }
      }
      words.add(before)
    }
    state = words.vector
  }

  /// The schedule's next word, in place of the one sixteen before it.
  @inline(__always)
  private static func next(_ schedule: inout InlineArray<16, UInt32>, _ index: Int) -> UInt32 {
    let w15 = unsafe schedule[unchecked: (index &+ 1) & 15]
    let w7 = unsafe schedule[unchecked: (index &+ 9) & 15]
    let w2 = unsafe schedule[unchecked: (index &+ 14) & 15]
    let s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ w15 &>> 3
    let s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ w2 &>> 10
    unsafe schedule[unchecked: index] &+= s0 &+ w7 &+ s1
    return unsafe schedule[unchecked: index]
  }

  /// The eight words that the rounds work on.
  private struct Words {
    var a, b, c, d, e, f, g, h: UInt32

    init(_ state: SIMD8<UInt32>) {
      (a, b, c, d) = (state[0], state[1], state[2], state[3])
      (e, f, g, h) = (state[4], state[5], state[6], state[7])
    }

    var vector: SIMD8<UInt32> { SIMD8(a, b, c, d, e, f, g, h) }

    mutating func add(_ other: Words) {
      (a, b, c, d) = (a &+ other.a, b &+ other.b, c &+ other.c, d &+ other.d)
      (e, f, g, h) = (e &+ other.e, f &+ other.f, g &+ other.g, h &+ other.h)
    }

    /// A round moves every word on by one name; written out, nothing needs to be moved, and after
    /// sixteen all are back.
    @inline(__always)
    mutating func sixteenRounds(_ word: (Int) -> UInt32) {
      Self.step(a, b, c, &d, e, f, g, &h, word(0))
      Self.step(h, a, b, &c, d, e, f, &g, word(1))
      Self.step(g, h, a, &b, c, d, e, &f, word(2))
      Self.step(f, g, h, &a, b, c, d, &e, word(3))
      Self.step(e, f, g, &h, a, b, c, &d, word(4))
      Self.step(d, e, f, &g, h, a, b, &c, word(5))
      Self.step(c, d, e, &f, g, h, a, &b, word(6))
      Self.step(b, c, d, &e, f, g, h, &a, word(7))
      Self.step(a, b, c, &d, e, f, g, &h, word(8))
      Self.step(h, a, b, &c, d, e, f, &g, word(9))
      Self.step(g, h, a, &b, c, d, e, &f, word(10))
      Self.step(f, g, h, &a, b, c, d, &e, word(11))
      Self.step(e, f, g, &h, a, b, c, &d, word(12))
      Self.step(d, e, f, &g, h, a, b, &c, word(13))
      Self.step(c, d, e, &f, g, h, a, &b, word(14))
      Self.step(b, c, d, &e, f, g, h, &a, word(15))
    }

    /// One round; of the eight words only the fourth and the eighth change.
    @inline(__always)
    private static func step(
      _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
      _ g: UInt32, _ h: inout UInt32, _ word: UInt32
    ) {
      let choice = g ^ (e & (f ^ g))
      let majority = (a & b) | (c & (a | b))
      let t1 = h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice &+ word
      d = d &+ t1
      h = t1 &+ (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
    }
  }
}

@inline(__always)
private func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
  word &>> bits | word &<< (32 &- bits)
}

/// The first 32 bits of the fractions of the first 64 primes' cube roots.
private let constants: InlineArray<64, UInt32> = [
  0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4,
  0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE,
  0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F,
  0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA, 0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
  0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC,
  0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
  0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070, 0x19A4_C116,
  0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
  0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7,
  0xC671_78F2,
]
