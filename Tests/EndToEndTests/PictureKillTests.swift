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

  @Test func `a killed command leaves a whole picture or none`() throws {
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
      print("\(none + whole) kills while drawing: \(whole) left a whole picture, \(none) left none")
    }
  }

  @Test func `a killed render leaves all old frames or all new ones`()
    throws
  {
    let kills = (KillTests.kills ?? 16) / 2
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 60 -o a.sqlite", in: folder).code == 0)
      func render(_ theme: String) -> String {
        "render a.sqlite --episode all --theme \(theme) -o frames --force"
      }
      let sums = "cat frames/* | cksum"
      let known = try ["dark", "light"].map { theme in
        #expect(try Program.reel(line: render(theme), in: folder).code == 0)
        return try Program.shell(sums, in: folder).output
      }
      let count = try Files.names(in: "\(folder)/frames").count
      for kill in 0..<kills {
        // At any frame: frames wait in a hidden folder until all are there.
        let running = try Program.start(line: render(["dark", "light"][kill % 2]), in: folder)
        let wanted = count * kill / max(1, kills - 1)
        try running.wait {
          let hidden = try Files.names(in: folder).first { $0.hasPrefix(".reel-") }
          return hidden.map {
            ((try? Files.names(in: "\(folder)/\($0)")) ?? []).count >= wanted
          } ?? false
        }
        running.send(SIGKILL)
        _ = try running.outcome()
        #expect(known.contains(try Program.shell(sums, in: folder).output))
      }
      // The next render removes what the killed ones left.
      #expect(try Program.reel(line: render("dark"), in: folder).code == 0)
      #expect(try Files.names(in: folder).filter { $0.hasPrefix(".") }.isEmpty)
    }
  }

  @Test func `other files beside frames stay, and a planted link is not followed`() throws {
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 20 -o a.sqlite", in: folder).code == 0)
      let planted = try Program.shell(
        """
        mkdir victim && echo kept > victim/note
        sh -c 'ln -s victim .out.partial-$$; exec \(Program.reel()) render a.sqlite -o out'
        cat victim/note; ls victim | wc -l
        """, in: folder)
      #expect(planted.output.hasSuffix("kept\n1\n"), "\(planted.output)")
      let mixed = try Program.shell(
        """
        echo mine > out/notes.txt
        \(Program.reel()) render a.sqlite --theme dark -o out --force
        cat out/notes.txt; ls -A out | grep -vc frame-
        """, in: folder)
      #expect(mixed.output.hasSuffix("mine\n1\n"), "\(mixed.output)")
      // A shell whose working folder it is can still use it afterwards.
      let inside = try Program.shell(
        """
        rm out/notes.txt; cd out
        \(Program.reel()) render ../a.sqlite -o . --force
        ls -A | grep -c frame-
        """, in: folder)
      #expect((Int(inside.output.split(separator: "\n").last ?? "") ?? 0) > 1, "\(inside.output)")
    }
  }

  @Test func `a file's permissions are kept when it is replaced`() throws {
    try withTemporaryFolder { folder in
      let modes = try Program.shell(
        """
        umask 022
        \(Program.reel()) train maze --episodes 20 -o a.sqlite
        \(Program.reel()) curve a.sqlite -o a.png
        \(Program.reel()) render a.sqlite -o out
        chmod 600 a.sqlite a.png; chmod 700 out
        \(Program.reel()) curve a.sqlite -o a.png --force
        \(Program.reel()) render a.sqlite -o out --force
        \(Program.reel()) train maze --episodes 20 -o a.sqlite --force
        stat -c %a a.sqlite a.png out
        """, in: folder)
      #expect(modes.output.hasSuffix("600\n600\n700\n"), "\(modes.output)")
    }
  }
}
