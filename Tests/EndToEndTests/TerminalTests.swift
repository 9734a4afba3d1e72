import Foundation
import Recordings
import TestSupport
import Testing

/// Text from a recording never reaches a terminal as control characters.
struct TerminalTests {
  /// A colour escape, an 8-bit escape, a bell, and a mark that reverses the text after it.
  static let hostile = "\u{1B}[31mred\u{9B}2J\u{7}\u{202E}txt\u{7F}"

  static func controls(in text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter {
      switch $0.value {
      case 0x09, 0x0A: false
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
  }

  @Test func `control characters in a recording, its name and its errors are escaped`() throws {
    try withTemporaryFolder { folder in
      let name = "a\u{1B}[2Jb\u{202E}.sqlite"
      let training = ["train", "maze", "--episodes", "20", "-o", name]
      #expect(try Program.run(Program.reel(), training, in: folder).code == 0)
      let labels = ["label", name, "--tag", Self.hostile, "--note", Self.hostile]
      #expect(try Program.run(Program.reel(), labels, in: folder).code == 0)
      let changed = try Program.run(
        "/bin/sh",
        [
          "-c", #"sqlite3 "$0" "$1""#, name,
          """
          UPDATE run SET value = '\(Self.hostile)' WHERE key = 'map_name';
          INSERT INTO metrics VALUES (1, '\(Self.hostile)', 2.0);
          """,
        ], in: folder)
      #expect(changed.code == 0, "\(changed.errors)")
      let verbs = [
        ["info", name], ["info", name, "--json"], ["list", "."], ["list", ".", "--json"],
        ["episodes", name], ["q", name], ["verify", name], ["digest", name], ["curve", name],
        ["heatmap", name], ["map", name], ["compare", name, name], ["label", name, "--tag", "x"],
        ["label", name, "--tag", "x", "--json"], ["evaluate", name], ["copy", name],
        ["film", name, "-o", "\u{1B}[31mx"], ["train", Self.hostile], [Self.hostile],
        ["info", Self.hostile], ["evaluate", name, "--set", Self.hostile],
      ]
      for words in verbs {
        let outcome = try Program.run(Program.reel(), words, in: folder)
        #expect(
          Self.controls(in: outcome.output + outcome.errors).isEmpty,
          "\(words[0]) \(outcome.output.debugDescription) \(outcome.errors.debugDescription)")
      }
      let shown = try Program.reel("info", name, in: folder).output
      #expect(shown.contains("\\u001b[31mred\\u009b2J\\u0007\\u202etxt\\u007f"))
    }
  }
}
