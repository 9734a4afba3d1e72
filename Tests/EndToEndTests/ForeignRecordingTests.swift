import Platform
import Rollouts
import TestSupport
import Testing

private let python = "\(Repository.root)/.build/python/base/bin/python"

/// Every verb, on recordings that the Python package made of real Gymnasium environments.
@Suite(.enabled(if: Files.exists(python), "needs .build/python/base, which `make test` makes"))
struct ForeignRecordingTests {
  static let kinds = [
    "table", "choices", "numbers", "pixels", "dictionary", "vector", "sessions",
  ]

  /// Made once, and ignored by git.
  private static let folder = Result {
    let folder = "\(Repository.root)/.scratch/foreign"
    let made = try Program.shell(
      "rm -rf '\(folder)'; mkdir -p '\(folder)'; PYTHONPATH='\(Repository.root)/Python' '\(python)' -W ignore"
        + " '\(Repository.root)/Tests/Reference/foreign.py' '\(folder)'", in: Repository.root)
    if made.code != 0 { throw Unmade(errors: made.errors) }
    return folder
  }

  private struct Unmade: Error { var errors: String }

  /// What works on every recording.
  static let verbs = [
    "render @ --episode first -o frames", "film @ --episode first -o a.gif", "report @ -o a.html",
    "film @ --learning -o b.gif", "moments @ --json", "film @ --moments -o m.gif",
    "curve @ -o c.png", "compare @ --group-by file -o d.png",
    "info @ --json", "episodes @ --json", "list . --json", "export @ --transitions -o t.csv",
    "export @ --episodes -o e.csv", "export @ --metrics -o m.csv", "digest @",
    "explain @", "explain @ --at 50% --json", "explain @ -o x.png",
    "copy @ -o copy.sqlite", "copy @ --prune 'episodes every 3' -o thin.sqlite",
    "label @ --tag mine", "recover @ -o saved.sqlite", "verify @",
  ]

  /// Verbs that work only on some recordings, and what they say about the others.
  static let exceptions = [
    ("q @", ["table"], "needs a recording of a Q-table"),
    ("heatmap @ -o h.png", ["table"], "there is no map"),
    ("export @ --parameters -o p.safetensors", kinds, ""),
    ("verify @ --replay", [], "not replayed"), ("verify @ --retrain", [], "not trained again"),
    ("evaluate @", [], "not played"), ("train --resume @", [], "not continued"),
    ("fork @ --at 10 -o f.sqlite", [], "not forked"),
    ("explain qtable @", [], "needs a recording of a Q-table that Reel's own"),
  ]

  private func run(_ verb: String, on kind: String) throws -> Program.Outcome {
    let source = try Self.folder.get()
    var outcome: Program.Outcome?
    try withTemporaryFolder { folder in
      #expect(try Program.shell("cp '\(source)/\(kind).sqlite' .", in: folder).code == 0)
      let reel = try Program.reel()
      outcome = try Program.shell(
        "\(reel) \(verb.replacing("@", with: "\(kind).sqlite"))", in: folder)
      for made in ["copy", "thin", "saved"] where Files.exists("\(folder)/\(made).sqlite") {
        let proof = try Program.reel("verify", "\(made).sqlite", in: folder)
        #expect(proof.code == 0, "\(verb), \(kind): \(proof.output)\(proof.errors)")
      }
    }
    return try #require(outcome)
  }

  @Test(arguments: verbs, kinds) func `each verb works on each kind`(
    verb: String, kind: String
  ) throws {
    let outcome = try run(verb, on: kind)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func `any percentage of a run leads to a step, even where step numbers are skipped`() throws
  {
    for share in stride(from: 0, through: 100, by: 4) {
      let outcome = try run("explain @ --at \(share)%", on: "vector")
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
  }

  @Test(arguments: exceptions, kinds)
  func `a verb that cannot work says why, and docs/python.md lists it`(
    exception: (verb: String, works: [String], sentence: String), kind: String
  ) throws {
    let outcome = try run(exception.verb, on: kind)
    if exception.works.contains(kind) {
      #expect(outcome.code == 0, "\(outcome.errors)")
    } else {
      #expect(outcome.code != 0 && outcome.errors.contains(exception.sentence), "\(outcome)")
      #expect(outcome.errors.split(separator: "\n").count <= 2)
      let words = exception.verb.split(separator: " ").filter { $0 != "@" }
      let name = words.prefix { !["-o", "--at"].contains($0) }.joined(separator: " ")
      #expect(try Repository.text("docs/python.md").contains("| `\(name)` |"))
    }
  }

  @Test func `the fold of the log is NumPy's table, bit for bit`() throws {
    let folder = try Self.folder.get()
    let tables = try Program.shell("ls table-*.npy", in: folder).output.split(separator: "\n")
    #expect(tables.count == 4)
    for file in tables {
      let step = file.dropFirst(6).dropLast(4)
      let outcome = try Program.reel(
        line: "export table.sqlite --parameters --at \(step) -o q.safetensors --force", in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let saved = try Safetensors(decoding: Repository.contents(of: "\(folder)/q.safetensors"))
      let numpy = try Repository.contents(of: "\(folder)/\(file)")
      // The numbers of a .npy file are its last bytes.
      let q = try saved.tensor("q")
      #expect(q.bytes == Array(numpy.suffix(q.bytes.count)) && q.bytes.count == 512, "\(file)")
    }
  }
}
