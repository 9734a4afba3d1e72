import Platform
import TestSupport
import Testing

@Suite struct SHA256Tests {
  // FIPS 180-4's examples, and NIST's for a million of the letter a.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        + "lmnopqrsmnopqrstnopqrstu", 1,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]) func `published examples`(text: String, times: Int, hash: String) {
    let bytes = Array(String(repeating: text, count: times).utf8)
    #expect(hexadecimal(SHA256.hash(bytes)) == hash)
  }

  @Test func `pieces make the same hash as the whole`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for piece in [1, 3, 55, 56, 63, 64, 65, 128, 999] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        hash.update(Array(bytes[start..<min(start + piece, bytes.count)]))
      }
      let finished = hash.finished()
      #expect(finished == SHA256.hash(bytes))
      // Reading the hash does not change it, and it can be continued.
      #expect(hash.finished() == finished)
      hash.update(bytes)
      #expect(hash.finished() == SHA256.hash(bytes + bytes))
    }
  }

  @Test func `every length is hashed as sha256sum does it`() throws {
    try withTemporaryFolder { folder in
      var hashes: [String] = []
      for length in 0...300 {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
        try Files.write(bytes, toNewFile: "\(folder)/\(length + 1000)")
        hashes.append(hexadecimal(SHA256.hash(bytes)))
      }
      let said = try Program.shell("sha256sum *", in: folder).output
      #expect(said.split(separator: "\n").map { String($0.prefix(64)) } == hashes)
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
