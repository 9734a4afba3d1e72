import Rollouts
import TestSupport
import Testing

struct SafetensorsTests {
  static let sample = Safetensors([
    Tensor("q", doubles: [0.5, -.infinity, .nan, -0.0, .leastNonzeroMagnitude, 3], shape: [2, 3]),
    Tensor("visits", words: [0, 1, .max], shape: [3]),
    Tensor("nothing", doubles: [], shape: [0, 7]),
  ])

  @Test func `written tensors read back bit for bit`() throws {
    let read = try Safetensors(decoding: Self.sample.encoded())
    #expect(read.tensors.map(\.name) == ["q", "visits", "nothing"])
    #expect(read.tensors.map(\.shape) == [[2, 3], [3], [0, 7]])
    #expect(read.tensors.map(\.bytes) == Self.sample.tensors.map(\.bytes))
    #expect(read.encoded() == Self.sample.encoded())
    #expect(try read.tensor("visits").words() == [0, 1, .max])
  }

  @Test func `data begins at a multiple of eight`() {
    for length in 1...9 {
      let name = String(repeating: "n", count: length)
      let file = Safetensors([Tensor(name, doubles: [1], shape: [1])]).encoded()
      #expect((file.count - 8) % 8 == 0)
      #expect(file.suffix(8).integers(UInt64.self) == [(1.0).bitPattern])
    }
  }

  @Test func `a file written by the Python package is read`() throws {
    let file = try Safetensors(decoding: Repository.bytes("Tests/Reference/python.safetensors"))
    #expect(Set(file.tensors.map(\.name)) == ["q", "visits", "empty", "scalar"])
    let q = try file.tensor("q")
    #expect(q.shape == [2, 3])
    let expected = [0.5, -1.25, 1e-300, 0.1, -0.0, 1e300]
    #expect(try q.doubles().map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(try file.tensor("visits").words() == [0, 1, 2, 3, 4, .max])
    #expect(try file.tensor("empty").shape == [0, 4])
    let scalar = try file.tensor("scalar")
    #expect(scalar.shape == [] && scalar.bytes == [7])
  }

  @Test func `a tensor of another type or name is refused with one sentence`() throws {
    let file = try Safetensors(decoding: Self.sample.encoded())
    #expect(throws: SafetensorsError("there is no tensor w")) { try file.tensor("w") }
    #expect(throws: SafetensorsError("tensor q is F64, not U32")) { try file.tensor("q").words() }
    #expect(throws: SafetensorsError.self) { try file.tensor("visits").doubles() }
  }

  static func file(_ header: String, data: Int = 8, claiming length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return (length ?? UInt64(text.count)).bytes + text + Array(repeating: 1, count: data)
  }

  static let hostile: [(name: String, bytes: [UInt8])] = [
    ("empty", []), ("short", [1, 2, 3]), ("no header", UInt64(0).bytes),
    ("huge length", file("{}", claiming: .max)), ("length beyond", file("{}", claiming: 11)),
    ("length of 2⁶³", file("{}", claiming: 1 << 63)), ("not JSON", file("{]")),
    ("a list", file("[]", data: 0)), ("a number as tensor", file(#"{"a":1}"#)),
    ("no type", file(#"{"a":{"shape":[1],"data_offsets":[0,8]}}"#)),
    ("unknown type", file(#"{"a":{"dtype":"F80","shape":[1],"data_offsets":[0,8]}}"#)),
    ("no shape", file(#"{"a":{"dtype":"F64","data_offsets":[0,8]}}"#)),
    ("no offsets", file(#"{"a":{"dtype":"F64","shape":[1]}}"#)),
    ("one offset", file(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0]}}"#)),
    ("backwards", file(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}"#)),
    ("negative", file(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[-8,0]}}"#)),
    ("beyond the end", file(#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#)),
    (
      "offsets at the ends of numbers",
      file(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[-9223372036854775808,9223372036854775807]}}"#
      )
    ),
    ("too small", file(#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}"#)),
    ("negative shape", file(#"{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}"#)),
    ("shape of words", file(#"{"a":{"dtype":"F64","shape":["1"],"data_offsets":[0,8]}}"#)),
    (
      "overflowing shape",
      file(#"{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#)
    ),
    (
      "overlapping",
      file(
        #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"#
          + #""b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#)
    ),
    (
      "the same place twice",
      file(
        #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"#
          + #""b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#)
    ),
    (
      "a hole",
      file(
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
          + #""b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#)
    ),
    ("a tail", file(#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#)),
    (
      "a name twice",
      file(
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#)
    ),
  ]

  @Test(arguments: hostile.indices)
  func `a hostile file is an error`(index: Int) {
    let (name, bytes) = Self.hostile[index]
    #expect(throws: SafetensorsError.self, "\(name)") { try Safetensors(decoding: bytes) }
  }

  @Test func `a damaged file never traps`() {
    var stream = Stream(seed: 5, purpose: .map)
    let good = Self.sample.encoded()
    for _ in 0..<5_000 {
      var bytes = good
      for _ in 0..<4 {
        let word = stream.next()
        bytes[Int(word >> 16) % bytes.count] = UInt8(truncatingIfNeeded: word)
      }
      bytes.removeLast(Int(stream.next() % 20))
      _ = try? Safetensors(decoding: bytes)
    }
  }
}
