import Glibc
import Platform
import TestSupport
import Testing

/// What happens when the disk is full: on a small file system in memory, in a namespace of its own,
/// which ends with its last process.
@Suite(.serialized) struct DiskFullTests {
  private static let canMount =
    (try? Program.run(
      "/usr/bin/unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], in: "/"))?.code == 0

  @Test(
    .enabled(if: canMount, "needs unshare and user namespaces"),
    arguments: [
      ("maze --episodes 30000 --set snapshot_every=20000", "1500k"),
      ("reacher --steps 40000", "2500k"),
      ("snake --episodes 200", "2500k"),
    ])
  func `a run stops with one sentence, verifies, and resumes once there is room`(
    run: String, room: String
  ) throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let script = """
        mkdir small && mount -t tmpfs -o size=\(room) tmpfs small && cd small || exit 9
        \(reel) train \(run) -o a.sqlite --quiet 2> ../said && exit 1
        grep -q 'disk is full' ../said || exit 2
        \(reel) verify a.sqlite --quiet && \(reel) info a.sqlite > ../said || exit 3
        \(reel) train --resume a.sqlite --quiet 2> ../said && exit 4
        grep -q 'disk is full' ../said || exit 5
        mount -o remount,size=200m . || exit 9
        \(reel) train --resume a.sqlite --quiet || exit 6
        \(reel) verify a.sqlite --replay --quiet || exit 7
        \(reel) train \(run) -o b.sqlite --quiet || exit 8
        \(reel) digest a.sqlite b.sqlite | cut -d' ' -f1 | uniq | wc -l
        """
      let outcome = try Program.run("/usr/bin/unshare", ["-rm", "sh", "-c", script], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.split(separator: "\n").last == "1", "one digest for both")
    }
  }

  @Test(.enabled(if: canMount, "needs unshare and user namespaces"))
  func `a run without room to start leaves nothing, and keeps the file it would replace`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let script = """
        \(reel) train maze --episodes 50 -o a.sqlite --quiet
        mkdir small && mount -t tmpfs -o size=60k tmpfs small || exit 9
        for room in 60 76 88 92 96 100 104 108 112 116 120 124 128 140; do
          mount -o remount,size=${room}k small || exit 9
          \(reel) train maze --episodes 50 -o small/b.sqlite --quiet 2> said || grep -q 'reel: ' said || exit 1
          if [ -e small/b.sqlite ]; then \(reel) info small/b.sqlite > said || exit 2; fi
          rm -f small/*
        done
        for room in 172 180 188 192 196 200 204 208 216; do
          mount -o remount,size=${room}k small || exit 9
          cp a.sqlite small/a.sqlite || exit 9
          \(reel) train maze --seed 2 --episodes 50 --force -o small/a.sqlite --quiet 2> said || true
          mount -o remount,size=1m small || exit 9
          \(reel) verify small/a.sqlite --quiet || exit 3
          rm -f small/*
        done
        """
      let outcome = try Program.run("/usr/bin/unshare", ["-rm", "sh", "-c", script], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
  }

  private static func mounts() throws -> String {
    String(decoding: try Repository.contents(of: "/proc/self/mounts"), as: UTF8.self)
  }

  @Test func `a small disk is gone when it is released, even if a file on it is open`() throws {
    var disk = SmallDisk(kilobytes: 64)
    guard let path = disk?.path else { return }
    #expect(try Self.mounts().contains(path))
    let file = open("\(path)/x", O_CREAT | O_RDWR, 0o600)
    defer { close(file) }
    #expect(file >= 0)
    disk = nil
    #expect(try !Self.mounts().contains(path) && !Files.exists(path))
  }

  @Test func `a small disk of a killed process is removed by the next process`() async throws {
    let killed = await #expect(
      processExitsWith: .signal(SIGKILL), observing: [\.standardErrorContent]
    ) {
      let disk = SmallDisk(kilobytes: 64)
      let line = "disk \(disk?.path ?? "").\n"
      write(STDERR_FILENO, line, line.utf8.count)
      withExtendedLifetime(disk) { _ = kill(getpid(), SIGKILL) }
    }
    let said = String(decoding: try #require(killed).standardErrorContent, as: UTF8.self)
    let path = try #require(said.firstMatch(of: /disk (.*)\./)).output.1
    guard !path.isEmpty else { return }
    #expect(try Self.mounts().contains(path))
    SmallDisk.removeLeftovers()
    #expect(try !Self.mounts().contains(path) && !Files.exists(String(path)))
  }

  @Test(.enabled(if: canMount, "needs unshare and user namespaces"))
  func `a film that finds no room leaves nothing under its name`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let script = """
        \(reel) train reacher --steps 2000 -o a.sqlite --quiet
        mkdir small && mount -t tmpfs -o size=100k tmpfs small || exit 9
        \(reel) film a.sqlite --episode all -o small/a.gif 2> said && exit 1
        grep -q 'reel: ' said || exit 2
        \(reel) copy a.sqlite -o small/b.sqlite 2> said && exit 3
        ls -A small
        """
      let outcome = try Program.run("/usr/bin/unshare", ["-rm", "sh", "-c", script], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output == "")
    }
  }
}
