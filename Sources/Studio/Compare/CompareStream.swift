import Glibc
import Pictures
import Platform
import Recordings
import Replay

/// The frames of several episodes on one clock, each preceded by its size, the index of its run and its step.
final class CompareStream: ByteStream, @unchecked Sendable {
  private let episodes: [(run: OpenRun, number: Int)]
  private let from: Int
  private let stepsPerSecond: Double
  private let options: PictureOptions
  // Only the connection's own thread asks for frames.
  private var lengths: [Int] = []
  private var shown: [Int]
  private var begun = 0.0
  private var isOver = false

  /// A stream that begins after some steps of each episode.
  init(
    of episodes: [(run: OpenRun, number: Int)], from: Int, _ stepsPerSecond: Double,
    _ options: PictureOptions
  ) {
    (self.episodes, self.from) = (episodes, from)
    (self.stepsPerSecond, self.options) = (stepsPerSecond, options)
    shown = episodes.map { _ in -1 }
  }

  func close() { isOver = true }

  func next() -> [UInt8]? {
    if isOver { return nil }
    do {
      return try frames()
    } catch {
      isOver = true
      return nil
    }
  }

  /// The frames of all runs that have changed since the last ones.
  private func frames() throws -> [UInt8]? {
    if lengths.isEmpty {
      lengths = try episodes.map { run, number in
        try run.read { try $0.recording.episode(number).steps }
      }
      begun = monotonicSeconds()
    }
    guard let longest = lengths.max(), (shown.max() ?? 0) < longest else { return nil }
    var t = now
    while t <= (shown.max() ?? -1) {
      usleep(UInt32(max(1 / PlayStream.framesPerSecond, min(0.25, 0.5 / stepsPerSecond)) * 1e6))
      t = now
    }
    t = min(t, longest)
    var bytes: [UInt8] = []
    for (place, (run, number)) in episodes.enumerated() {
      let at = min(t, lengths[place])
      guard at != shown[place] else { continue }
      shown[place] = at
      let png = try run.onStage { [options] in try $0.png(episode: number, t: at, options) }
      bytes += WireNumbers.bytes(png.count, place, at) + png
    }
    return bytes
  }

  private var now: Int { from + Int((monotonicSeconds() - begun) * stepsPerSecond) }
}
