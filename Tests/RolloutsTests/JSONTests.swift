import Rollouts
import Testing

struct JSONTests {
  static let values: [JSON] = [
    .null, true, false, 0, -1, .integer(.max), .integer(.min), 0.5, -0.1, 1e300,
    .number(.leastNonzeroMagnitude), 3.0,
    0.30000000000000004, "", "plain", "quote \" backslash \\ / newline \n tab \t return \r",
    "control \u{1} \u{1F} \u{7F} null \u{0}", "ä € 𝄞 👩‍👩‍👧 \u{2028}", [], .object([]),
    [1, [2, [3, []]], ["a": [:], "b": [.null, true]]],
    ["z": 1, "a": 2, "": 3, "z again": 4.25],
  ]

  @Test func `strings that take long to compare are refused`() throws {
    func text(_ count: Int) -> String {
      "[\"e" + String(repeating: "\u{301}", count: count) + "\"]"
    }
    let error = #expect(throws: JSONError.self) {
      try JSON(parsing: text(601))
    }
    #expect(error?.expected == "fewer accents on one letter")
    let accents = String(repeating: "\u{301}", count: 500)
    #expect(try JSON(parsing: text(500)) == [.string("e" + accents)])
    let words = String(repeating: "e\u{301}", count: 10_000)
    #expect(try JSON(parsing: "[\"\(words)\"]") == [.string(words)])
  }

  @Test(arguments: values)
  func `a written value reads back, on one line or many`(value: JSON) throws {
    #expect(try JSON(parsing: value.compact) == value)
    #expect(try JSON(parsing: value.pretty) == value)
    #expect(!value.compact.contains("\n"))
  }

  @Test func `members keep their order`() {
    let value: JSON = ["z": 1, "a": [true, .null], "m": ["x": 0.5]]
    #expect(value.compact == #"{"z":1,"a":[true,null],"m":{"x":0.5}}"#)
    #expect(
      value.pretty == """
        {
          "z": 1,
          "a": [
            true,
            null
          ],
          "m": {
            "x": 0.5
          }
        }
        """)
  }

  @Test func `numbers that are not finite become null`() {
    #expect(JSON.array([.number(.nan), .number(.infinity), 1.5]).compact == "[null,null,1.5]")
  }

  static let grammar: [(String, JSON)] = [
    (#""\u0041\u00e9\ud834\udd1e""#, JSON.string("Aé𝄞")), (#""\/\b\f""#, "/\u{8}\u{C}"),
    (" \t\r\n[ 1 , 2 ] ", [1, 2]), ("1E3", 1000.0), ("-0.5e-1", -0.05), ("0", 0), ("-7", -7),
    ("9223372036854775808", 9223372036854775808.0),
  ]

  @Test(arguments: grammar)
  func `all of the grammar is read`(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
  }

  @Test(arguments: [
    "", " ", "[", "]", "[1", "[1,", "[1,]", "[1 2]", "{", "{}}", #"{"a"}"#, #"{"a":}"#,
    #"{"a":1,}"#, "{a:1}", "{1:1}", "tru", "nul", "True", "NaN", "Infinity", "-", "+1", "01", "-01",
    ".5", "1.", "1.e2", "1e", "1e+", "1e400", "0x10", "1_000", "1-2", "--1", #"""#, #""\"#,
    #""\x""#,
    #""\u12""#, #""\u12g4""#, #""\u+123""#, #""\ud834\n""#, "\"line\nbreak\"", "1 1", "[1]]",
    "'a'", "//", "\u{FEFF}1",
  ])
  func `invalid JSON is refused with its place`(text: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect((0...text.utf8.count).contains(error?.offset ?? -1))
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":["])
  func `deep nesting is an error, not the end of the stack`(opening: String) {
    #expect(throws: JSONError.self) {
      try JSON(parsing: String(repeating: opening, count: 1_000_000))
    }
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(throws: Never.self) { try JSON(parsing: deep) }
  }

  @Test func `random bytes never trap`() {
    var stream = Stream(seed: 11, purpose: .map)
    let likely = Array(#"{}[]":,\u0123456789+-.eEtrufalsn "#.utf8)
    for _ in 0..<20_000 {
      let word = stream.next()
      let bytes = (0..<Int(word % 40)).map { _ in
        let next = stream.next()
        return word & 64 == 0
          ? UInt8(truncatingIfNeeded: next) : likely[Int(next >> 8) % likely.count]
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if let value = try? JSON(parsing: text) {
        // What was read is written as something that reads as the same again.
        #expect((try? JSON(parsing: value.compact)) == value)
      }
    }
  }

  @Test func `values are read by kind`() {
    let value: JSON = ["i": 3, "d": 2.0, "h": 2.5, "s": "x", "b": true]
    #expect(value["i"]?.int == 3 && value["i"]?.double == 3)
    #expect(value["d"]?.int == 2 && value["h"]?.int == nil)
    #expect(value["s"]?.text == "x" && value["s"]?.double == nil)
    #expect(value["none"] == nil && value["b"]?["inner"] == nil)
  }
}
