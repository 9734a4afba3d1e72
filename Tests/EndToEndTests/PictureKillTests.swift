import Foundation
import Platform
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
        try Program.reel(line: "train maze --episodes 60 -o a.sqlite", in: folder).code == 0)
      let render = "render a.sqlite --episode all -o frames --force"
      #expect(try Program.reel(line: render, in: folder).code == 0)
      let frames = "\(folder)/frames"
      let count = try Files.names(in: frames).count
      for kill in 0..<kills {
        // Wherever it stands: its frames wait in a hidden folder, and get their names one by one.
        let running = try Program.start(line: render, in: folder)
        let wanted = count * kill / max(1, kills - 1)
        try running.wait {
          let hidden = try Files.names(in: frames).first { $0.hasPrefix(".") }
          return try hidden.map { try Files.names(in: "\(frames)/\($0)").count >= wanted }
            ?? false
        }
        running.send(SIGKILL)
        _ = try running.outcome()
        let names = try Files.names(in: frames).filter { !$0.hasPrefix(".") }
        for name in names {
          // An uncut PNG ends with the chunk IEND.
          let bytes = try Files.contents(of: "\(frames)/\(name)", limit: 1 << 24)
          #expect(bytes.suffix(8).starts(with: "IEND".utf8), "\(name)")
        }
      }
    }
  }
}
