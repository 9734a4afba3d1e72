import Glibc
import Platform
import Testing

@Suite struct VersionTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private func text(_ path: String) throws -> String {
    String(
      decoding: try Files.contents(of: "/\(Self.root)/\(path)", limit: 1 << 20), as: UTF8.self)
  }

  @Test func `the program and the Python package have the same version`() throws {
    #expect(try text("Python/pyproject.toml").contains("\nversion = \"\(reelVersion)\"\n"))
    #expect(try text("Python/reel/__init__.py").contains("\n__version__ = \"\(reelVersion)\"\n"))
  }

  @Test func `without an installed font the system's is found, and an unknown one is not`() {
    #expect(
      Installation.font("DejaVuSans.ttf") == "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    #expect(Installation.font("Nothing.ttf") == nil)
  }
}
