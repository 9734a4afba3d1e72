import Foundation
import TestSupport
import Testing

/// Processes that die while they draw. `REEL_KILLS` says how often; `make torture` sets it to 200.
@Suite(.serialized) struct PictureKillTests {
  private static let pictures = [
    "film a.sqlite --episode all -o a.gif", "curve a.sqlite -o a.png",
    "heatmap a.sqlite --frames 20 -o q.gif", "export a.sqlite --transitions -o a.csv",
  ]

  @Test func `whenever it is killed, a picture is whole or has not its name`() throws {
    let kills = (KillTests.kills ?? 16) / Self.pictures.count
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 300 -o a.sqlite", in: folder).code == 0)
      var (whole, none) = (0, 0)
      for picture in Self.pictures {
        let file = picture.split(separator: " ").last.map(String.init) ?? ""
        let start = ContinuousClock.now
        #expect(try Program.reel(line: picture, in: folder).code == 0)
        let most = (ContinuousClock.now - start) / .seconds(1)
        let sum = try Program.shell("cksum < \(file); rm \(file)", in: folder).output
        for _ in 0..<kills {
          let delay = Double.random(in: 0...most)
          _ = try Program.shell(
            "timeout -s KILL \(delay) \(Program.reel()) \(picture)", in: folder)
          let left = try Program.shell("test -e \(file) && cksum < \(file)", in: folder).output
          if left == "" { none += 1 } else { whole += 1 }
          #expect(left == "" || left == sum, "\(picture)")
          _ = try Program.shell("rm -f \(file)", in: folder)
        }
      }
      print("\(none + whole) kills while drawing: \(whole) whole pictures, \(none) without a name")
    }
  }

  @Test func `whenever it is killed, every numbered frame is whole`() throws {
    let kills = (KillTests.kills ?? 16) / 2
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 300 -o a.sqlite", in: folder).code == 0)
      let render = "render a.sqlite --episode all -o frames --force"
      for _ in 0..<kills {
        _ = try Program.shell(
          "timeout -s KILL \(Double.random(in: 0...0.4)) \(Program.reel()) \(render)", in: folder)
        // An uncut PNG ends with the chunk IEND.
        let cut = try Program.shell(
          """
          [ -d frames ] || exit 0
          find frames -name '*.png' | while read f; do
            tail -c 8 "$f" | head -c 4 | grep -q IEND || echo "$f"
          done
          """, in: folder)
        #expect(cut.output == "")
      }
    }
  }
}
