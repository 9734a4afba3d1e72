import Platform
import Rollouts
import TestSupport
import Testing

/// What `reel --version` prints, compared with Debian's versions of the installed libraries.
@Suite struct VersionCommandTests {
  @Test func `the first line is the version, and a program built from source says so`() throws {
    let lines = try Program.reel("--version", in: "/tmp").output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "reel \(reelVersion)")
    #expect(lines[1] == "built from source")
  }

  @Test(arguments: [
    ("SQLite", "libsqlite3-0"), ("Cairo", "libcairo2"), ("FreeType", "libfreetype6"),
    ("libpng", "libpng16-16"), ("zlib", "zlib1g"), ("OpenSSL", "libssl3"),
    ("libmicrohttpd", "libmicrohttpd12"),
  ])
  func `each library has the version that is installed`(name: String, package: String) throws {
    let installed = try Program.shell("dpkg-query -W -f '${Version}' \(package)", in: "/tmp").output
    // Debian puts a number before some versions, as in 1:1.2.13.
    let release = try #require(installed.split(separator: ":").last)
    let facts = try JSON(parsing: try Program.reel("--version", "--json", in: "/tmp").output)
    #expect(facts["version"]?.text == reelVersion)
    #expect(facts["commit"] == .null)
    let version = try #require(facts["libraries"]?[name]?.text)
    #expect(release.hasPrefix(version), "\(name) \(version), \(package) \(installed)")
    let text = try Program.reel("--version", in: "/tmp").output
    #expect(text.contains("\(name) \(version)"))
  }
}
