import Foundation
import Platform
import Recordings
import TestSupport
import Testing

/// Processes killed at a system call that names, removes or writes a file: at the first such call, at
/// the second, and so on. `REEL_CALLS` says how many of each call are tried for every verb;
/// `make torture` sets it to 200, which is all of them.
@Suite(.serialized, .enabled(if: Files.exists("/usr/bin/strace"), "strace kills at a system call"))
struct CallKillTests {
  private static let most =
    ProcessInfo.processInfo.environment["REEL_CALLS"].flatMap { Int($0) } ?? 2
  private static let calls = [
    "rename", "renameat2", "link", "unlink", "rmdir", "mkdir", "fsync", "fdatasync", "ftruncate",
    "flock", "pwrite64", "openat",
  ]

  /// A verb that makes or changes a file.
  struct Verb {
    var line: String
    /// What it writes.
    var output: String
    /// The command that makes the file that it finds there.
    var before: String?
  }

  private static let verbs = [
    Verb(line: "train maze --episodes 40 -o x.sqlite", output: "x.sqlite"),
    Verb(
      line: "train maze --episodes 40 -o x.sqlite --force", output: "x.sqlite",
      before: "cp b.sqlite x.sqlite"),
    Verb(
      line: "train --resume x.sqlite --episodes 80", output: "x.sqlite",
      before: "cp a.sqlite x.sqlite"),
    Verb(line: "label x.sqlite --tag t", output: "x.sqlite", before: "cp a.sqlite x.sqlite"),
    Verb(line: "copy a.sqlite -o x.sqlite", output: "x.sqlite"),
    Verb(
      line: "copy a.sqlite -o x.sqlite --force", output: "x.sqlite", before: "cp b.sqlite x.sqlite"),
    Verb(line: "fork a.sqlite --at 50% -o x.sqlite", output: "x.sqlite"),
    Verb(line: "recover damaged.sqlite -o x.sqlite", output: "x.sqlite"),
    Verb(
      line: "render a.sqlite --episode last -o x --force", output: "x",
      before: "cp -r frames x"),
    Verb(
      line: "film a.sqlite --episode last -o x.gif --force", output: "x.gif",
      before: "cp old.gif x.gif"),
  ]

  @Test func `a process killed at any system call leaves whole files`() throws {
    try withTemporaryFolder { folder in
      for line in [
        "train maze --episodes 40 -o a.sqlite", "train maze --episodes 40 --seed 2 -o b.sqlite",
        "render b.sqlite --episode last -o frames", "film b.sqlite --episode last -o old.gif",
      ] {
        try #require(try Program.reel(line: "\(line) --quiet", in: folder).code == 0, "\(line)")
      }
      _ = try Program.shell(
        "cp a.sqlite damaged.sqlite;"
          + " dd if=/dev/zero of=damaged.sqlite bs=4096 seek=20 count=1 conv=notrunc 2>&1",
        in: folder)
      var (kills, whole, none) = (0, 0, 0)
      for verb in Self.verbs {
        let clear = "rm -rf x x.* .reel-*; \(verb.before ?? "true")"
        // What may be left: the old output, or the new one.
        var known: Set<String> = [try sum(verb, after: clear, in: folder)]
        _ = try Program.reel(line: "\(verb.line) --quiet", in: folder)
        known.insert(try sum(verb, after: "true", in: folder))
        for call in Self.calls {
          for number in 1...Self.most {
            _ = try Program.shell(clear, in: folder)
            let outcome = try Program.shell(
              "strace -f -qq -o /dev/null -e trace=\(call) -e inject=\(call):signal=KILL:when=\(number)"
                + " \(Program.reel()) \(verb.line) --quiet", in: folder)
            // It ended before it made that many calls.
            if outcome.code == 0 || outcome.code == 3 { break }
            kills += 1
            let what = "\(verb.line), \(call) \(number)"
            let left = try sum(verb, after: "true", in: folder)
            if left == "none" { none += 1 } else { whole += 1 }
            if verb.output.hasSuffix(".sqlite") {
              if left == "none" {
                #expect(verb.before == nil, "\(what): nothing is left")
              } else {
                let verified = try Program.reel(line: "verify x.sqlite", in: folder)
                #expect(verified.code == 0, "\(what): \(verified.errors)")
              }
            } else {
              #expect(known.contains(left), "\(what): \(left)")
            }
          }
        }
      }
      print("\(kills) kills at system calls: \(whole) left a whole file, \(none) left nothing")
      #expect(kills > Self.verbs.count * 5)
    }
  }

  /// A checksum of a verb's output; "none" if there is no output.
  private func sum(_ verb: Verb, after line: String, in folder: String) throws -> String {
    try Program.shell(
      "\(line); if test -e \(verb.output);"
        + " then find \(verb.output) -type f | sort | xargs cat | cksum; else echo none; fi",
      in: folder
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
