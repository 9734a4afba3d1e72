import Foundation
import TestSupport
import Testing

/// The documentation says what the program does.
@Suite struct DocumentationTests {
  @Test func `docs/cli.md is what the commands say of themselves`() throws {
    let manual = try Program.reel("help", "--markdown", in: Repository.root)
    #expect(try Repository.text("docs/cli.md") == manual.output, "run make docs")
  }

  @Test func `help is the same by every way to ask for it`() throws {
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

  /// In one folder, from page to page: recordings that the README makes are what other pages draw.
  @Test func `every command that the README and the pages show works, in their order`() throws {
    try Tour.use { folder in
      var done: Set<String> = []
      for page in [
        "README.md", "docs/trainers.md", "docs/worlds.md", "docs/films.md", "docs/language.md",
        "docs/events.md", "docs/moments.md", "docs/explain.md", "docs/lessons.md",
        "docs/studio.md",
      ] {
        let commands = try Self.commands(in: page)
        #expect(!commands.isEmpty, "\(page)")
        // What a page shows again would find its own result.
        for command in commands where done.insert(command).inserted {
          let outcome =
            command.hasPrefix("studio")
            ? try Self.served(command, in: folder) : try Program.reel(line: command, in: folder)
          #expect(outcome.code == 0, "\(page): reel \(command): \(outcome.errors)")
        }
      }
    }
  }

  @Test func `every link within the documentation leads somewhere`() throws {
    for page in ["README.md", "CONTRIBUTING.md"]
      + (try Repository.files(in: "docs")).map({ "docs/\($0)" })
    where page.hasSuffix(".md") {
      let folder = page.hasPrefix("docs/") ? "docs/" : ""
      for link in try Repository.text(page).matches(of: /\]\(([^)#]+)(#[^)]*)?\)/) {
        let target = String(link.output.1)
        guard !target.contains("://") else { continue }
        let found = try Program.shell("test -e '\(folder)\(target)'", in: Repository.root)
        #expect(found.code == 0, "\(page) links to \(target)")
      }
    }
  }

  /// Starts a studio, which serves until somebody ends it, and ends it once it has printed its address.
  private static func served(_ command: String, in folder: String) throws -> Program.Outcome {
    let running = try Program.start(line: command, in: folder)
    try running.wait { try running.output().contains("token=") }
    running.send(SIGINT)
    return try running.outcome()
  }

  /// The lines of a page's code blocks that begin with `reel `, without remarks.
  private static func commands(in page: String) throws -> [String] {
    var (isFenced, isCode) = (false, false)
    var commands: [String] = []
    for line in try Repository.text(page).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isFenced.toggle()
        // A fence that names a language holds something else, such as a map.
        isCode = isFenced && line == "```"
      } else if isCode, line.hasPrefix("reel ") {
        let command = line.dropFirst(5).prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
        if !command.contains("…") { commands.append(command) }
      }
    }
    return commands
  }
}
