import Foundation
import Platform
import TestSupport
import Testing

private let python = "\(Repository.root)/.build/python/base/bin/python"

/// The documentation says what the program does.
@Suite struct DocumentationTests {
  @Test func `docs/cli.md is what reel help --markdown prints`() throws {
    let manual = try Program.reel("help", "--markdown", in: Repository.root)
    #expect(try Repository.text("docs/cli.md") == manual.output, "run make docs")
  }

  @Test func `every way to ask for help prints the same`() throws {
    let overview = try Program.reel("--help", in: "/tmp")
    #expect(overview.code == 0)
    #expect(try Program.reel("help", in: "/tmp").output == overview.output)
    let bare = try Program.reel(in: "/tmp")
    #expect(bare.code == 64)
    #expect(bare.output == overview.output)
    let page = try Program.reel("train", "--help", in: "/tmp")
    #expect(page.code == 0)
    #expect(page.output == (try Program.reel("help", "train", in: "/tmp").output))
    #expect(page.output.contains("--seeds SEEDS"))
  }

  @Test func `no page of help is wider than a terminal`() throws {
    let manual = try Program.reel("help", "--markdown", in: "/tmp").output
    for line in manual.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
  }

  /// The pages whose commands are run, in this order: later pages use recordings of earlier ones.
  private static let pages = [
    "README.md", "docs/recipes.md", "docs/trainers.md", "docs/results.md", "docs/worlds.md",
    "docs/films.md", "docs/language.md", "docs/events.md", "docs/moments.md", "docs/explain.md",
    "docs/lessons.md",
    "docs/studio.md", "docs/curves.md", "docs/reliability.md", "docs/scale.md", "docs/gallery.md",
  ]

  /// Pages whose scripts (`sh`) are run elsewhere or not at all: where, or why not.
  private static let scriptsElsewhere = [
    "README.md": "make test-packages", "docs/install.md": "make test-packages",
    "docs/python.md": "make test-packages", "docs/films.md": "make test-python",
    "docs/scale.md": "make test-cluster", "docs/studio.md": "needs another machine",
    "docs/benchmarks.md": "takes minutes, and gigabytes", "docs/results.md": "takes hours",
  ]

  /// In one folder, from page to page.
  @Test func `every command that the README and the pages show works, in their order`() throws {
    try Tour.use { folder in
      // Models as other tools write them, but tiny.
      for (name, model) in [("gpt2", "tiny-gpt2"), ("sst2", "tiny-distilbert")] {
        let source = "\(Repository.root)/Tests/Reference/\(model)"
        _ = try Program.shell("mkdir -p models && cp -r '\(source)' models/\(name)", in: folder)
      }
      var done: Set<String> = []
      for page in Self.pages {
        let commands = try Self.commands(in: page)
        #expect(!commands.isEmpty, "\(page)")
        // A command that is shown twice would find its own output.
        for command in commands where done.insert(command).inserted {
          let outcome =
            command.hasPrefix("studio")
            ? try Self.served(command, in: folder) : try Program.reel(line: command, in: folder)
          #expect(outcome.code == 0, "\(page): reel \(command): \(outcome.errors)")
        }
        let path = "export PATH='\(Files.folder(of: try Program.reel()))':\"$PATH\"\n"
        for script in try Self.scripts(in: page) where Self.scriptsElsewhere[page] == nil {
          let outcome = try Program.shell("\(path)set -e\n\(script)", in: folder)
          #expect(outcome.code == 0, "\(page): \(script): \(outcome.errors)")
        }
      }
    }
  }

  @Test func `no page shows commands that are not run`() throws {
    let others = Set(try Self.allPages()).subtracting(Self.pages + ["docs/cli.md"])
    for page in others {
      #expect(try Self.commands(in: page).isEmpty, "\(page)")
      #expect(try Self.scripts(in: page).isEmpty || Self.scriptsElsewhere[page] != nil, "\(page)")
    }
  }

  @Test(
    .enabled(if: Files.exists(python), "needs .build/python/base, which `make test` makes"),
    arguments: ["docs/tour.md", "docs/troubleshooting.md"])
  func `a terminal shows what the page shows`(page: String) throws {
    // As after an installation: `reel`, and a Python that has the package.
    let program = Files.folder(of: try Program.reel())
    let environment = """
      export PATH='\(program)':'\(Files.folder(of: python))':"$PATH"
      export PYTHONPATH='\(Repository.root)/Python'
      """
    try withTemporaryFolder { folder in
      for block in try Self.blocks(in: page) {
        if let name = block.name {
          try Files.write(Array(block.text.utf8), toNewFile: "\(folder)/\(name)")
        }
        guard block.language == "console" else { continue }
        for (command, expected) in Self.dialogue(block.text) {
          if command == "reel studio" {
            let outcome = try Self.served("studio --port 0", in: folder)
            #expect(outcome.output.hasPrefix("http://127.0.0.1:"))
            continue
          }
          let outcome = try Program.shell("\(environment)\n{ \(command)\n} 2>&1", in: folder)
          let shown = Self.tidied(outcome.output)
          #expect(Self.matches(shown, expected), "\(page): \(command) printed \(shown)")
        }
      }
    }
  }

  @Test func `the README's figures are those of the pages`() throws {
    let readme = try Repository.text("README.md").split(separator: "\n")
    for (heading, page) in [
      ("| run | what counts |", "docs/results.md"), ("| figure | measured |", "docs/benchmarks.md"),
    ] {
      let rows = try Repository.text(page).split(separator: "\n")
      let table = readme.drop { !$0.hasPrefix(heading) }.dropFirst(2).prefix { $0.hasPrefix("|") }
      #expect(table.count >= 5)
      for row in table { #expect(rows.contains { $0.hasPrefix(row) }, "\(page) lacks \(row)") }
    }
  }

  @Test func `every link within the documentation leads somewhere`() throws {
    for page in try Self.allPages() {
      let folder = page.hasPrefix("docs/") ? "docs/" : ""
      for link in try Repository.text(page).matches(of: /\]\(([^)#\s]*)(?:#([^)]*))?\)/) {
        let target = String(link.output.1)
        guard !target.contains("://") else { continue }
        let path = target.isEmpty ? page : folder + target
        guard Files.exists("\(Repository.root)/\(path)") else {
          Issue.record("\(page) links to \(target)")
          continue
        }
        if let anchor = link.output.2 {
          #expect(
            try Self.anchors(in: path).contains(String(anchor)),
            "\(page) links to \(path)#\(anchor)")
        }
      }
    }
  }

  /// `make gallery` makes them all.
  @Test func `every picture is shown on some page, and every picture shown exists`() throws {
    var shown: Set<String> = []
    for page in try Self.allPages() {
      let links = try Repository.text(page).matches(of: /(?:docs\/)?media\/([\w.-]+)/)
      shown.formUnion(links.map { String($0.output.1) })
    }
    #expect(shown == Set(try Repository.files(in: "docs/media")))
  }

  /// The anchors that GitHub makes from a page's headings.
  private static func anchors(in page: String) throws -> Set<String> {
    var isFenced = false
    var anchors: Set<String> = []
    for line in try Repository.text(page).split(separator: "\n") {
      if line.hasPrefix("```") { isFenced.toggle() }
      guard !isFenced, line.hasPrefix("#") else { continue }
      let words = line.drop { $0 == "#" }.dropFirst().lowercased()
      anchors.insert(
        words.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-"))
    }
    return anchors
  }

  private static func allPages() throws -> [String] {
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
      + (try Repository.files(in: "docs")).map { "docs/\($0)" }.filter { $0.hasSuffix(".md") }
  }

  /// Starts a studio, and stops it once it has printed its address.
  private static func served(_ command: String, in folder: String) throws -> Program.Outcome {
    let running = try Program.start(line: command, in: folder)
    try running.wait { try running.output().contains("token=") }
    running.send(SIGINT)
    return try running.outcome()
  }

  private struct Block {
    var language: String
    /// The file that the block is saved as.
    var name: String?
    var text = ""
  }

  /// A page's code blocks; a fence is "```", "```LANGUAGE" or "```LANGUAGE FILE".
  private static func blocks(in page: String) throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for line in try Repository.text(page).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          let words = line.dropFirst(3).split(separator: " ").map(String.init)
          open = Block(language: words.first ?? "", name: words.dropFirst().first)
        }
      } else {
        open?.text += line + "\n"
      }
    }
    return blocks
  }

  /// The lines of a page's code blocks without a language that begin with `reel `.
  private static func commands(in page: String) throws -> [String] {
    try blocks(in: page).filter { $0.language.isEmpty }.flatMap { block in
      block.text.split(separator: "\n").filter { $0.hasPrefix("reel ") }
        .map { $0.dropFirst(5).prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces) }
    }
  }

  /// The scripts of a page: its `sh` blocks.
  private static func scripts(in page: String) throws -> [String] {
    try blocks(in: page).filter { $0.language == "sh" }.map(\.text)
  }

  /// The commands of a `console` block, which begin with "$ ", and the output below each.
  private static func dialogue(_ text: String) -> [(command: String, expected: String)] {
    var dialogue: [(command: String, expected: String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        dialogue.append((String(line.dropFirst(2)), ""))
      } else if !dialogue.isEmpty {
        dialogue[dialogue.count - 1].expected += line + "\n"
      }
    }
    return dialogue.map { ($0.command, tidied($0.expected)) }
  }

  /// A text without blanks at the ends of its lines, and without empty lines at its end.
  private static func tidied(_ text: String) -> String {
    text.replacing(/[ \t]+(?=\n|$)/, with: "").replacing(/\n+$/, with: "")
  }

  /// Whether a text fits a pattern in which "…" stands for anything.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
    guard text.hasPrefix(parts[0]), text.hasSuffix(parts[parts.count - 1]) else { return false }
    guard parts.count > 1 else { return text == pattern }
    var rest = text.dropFirst(parts[0].count)
    for part in parts.dropFirst() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
