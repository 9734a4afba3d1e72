import TestSupport
import Testing

/// Reading a recording takes no more memory when it has more episodes.
@Suite struct MemoryTests {
  /// A bound that 2 million episodes would break with a few dozen bytes kept for each.
  private static let most = 90 << 20

  @Test func `commands that read two million episodes do not keep them in memory`() throws {
    try Tour.use { folder in
      let made = try Program.shell(
        """
        printf 'reel map lake\\ntitle Corridor\\n\\nSG\\n' > map.txt
        \(Program.reel()) train lake --map map.txt --episodes 2000000 --steps 100000000 -q -o a.sqlite
        """, in: folder)
      try #require(made.code == 0, "\(made.errors)")
      for line in [
        "curve a.sqlite", "curve a.sqlite -o curve.png", "compare a.sqlite", "moments a.sqlite",
        "report a.sqlite -o report.html", "heatmap a.sqlite -o map.png",
        "film a.sqlite --episode median -o median.gif", "film a.sqlite --learning -o learning.gif",
        "verify a.sqlite",
      ] {
        let running = try Program.start(line: line, in: folder)
        var peak = 0
        try running.wait {
          peak = max(peak, running.peakMemory ?? 0)
          return false
        }
        #expect(try running.outcome().code == 0, "reel \(line)")
        #expect((10 << 20..<Self.most).contains(peak), "reel \(line): \(peak >> 20) MB")
      }
    }
  }
}
