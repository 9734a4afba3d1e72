import TestSupport
import Testing

/// What `reel bench` prints. No test checks the figures themselves.
@Suite struct BenchCommandTests {
  @Test func `the table of docs/benchmarks.md is that of docs/benchmarks.json`() throws {
    let table = try Program.reel(
      "bench", "--table", "docs/benchmarks.json", in: Repository.root)
    #expect(table.code == 0, "\(table.errors)")
    let page = try Repository.text("docs/benchmarks.md")
    let parts = page.split(separator: "<!-- figures -->\n", omittingEmptySubsequences: false)
    try #require(parts.count == 2)
    #expect(
      parts[1].hasPrefix(table.output + "<!-- end of figures -->\n"),
      "run .ci/bench-table docs/benchmarks.json")
  }

  @Test func `a run prints the machine, then each figure, as lines and as JSON`() throws {
    let line = "bench --only 'written, read' --repetitions 1"
    let lines = try Program.reel(line: line, in: Repository.root)
    #expect(lines.code == 0, "it succeeds if no promise is broken: \(lines.output)")
    let names = lines.output.split(separator: "\n").map { String($0) }
    try #require(names.count == 5)
    #expect(names[..<4].allSatisfy { $0.hasPrefix("the machine: ") })
    #expect(names[4].hasPrefix("a maze of 1000×1000, written, read, a world"))
    try withTemporaryFolder { folder in
      let file = "\(folder)/run.json"
      let json = try Program.reel(line: "\(line) --json > \(file)", in: Repository.root)
      #expect(json.errors.split(separator: "\n").count == 5, "a line for each figure")
      let table = try Program.reel("bench", "--table", file, in: folder)
      let rows = table.output.split(separator: "\n")
      try #require(rows.count == 7)
      #expect(rows.allSatisfy { $0.hasPrefix("|") && $0.filter { $0 == "|" }.count == 7 })
      #expect(rows[6].hasPrefix("| a maze of 1000×1000, written, read, a world | "))
    }
  }

  @Test func `a file that is not a benchmark run is refused`() throws {
    try withTemporaryFolder { folder in
      _ = try Program.shell("echo '[1]' > a.json", in: folder)
      let refused = try Program.reel("bench", "--table", "a.json", in: folder)
      #expect(refused.code == 1)
      #expect(refused.errors.contains("a.json is not what reel bench --json printed"))
      #expect(try Program.reel("bench", "--only", "nothing like it", in: folder).code == 64)
    }
  }
}
