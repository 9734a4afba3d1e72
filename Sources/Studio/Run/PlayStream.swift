import Film
import Glibc
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts

/// The frames of a run from some moment on, each preceded by its size, its episode and its step. The server keeps
/// the clock: if frames cannot be painted or sent in time, some are dropped, and playback does not slow down.
final class PlayStream: ByteStream, @unchecked Sendable {
  private let run: OpenRun
  private let options: PictureOptions
  private let stepsPerSecond: Double
  private let withAttention: Bool
  // Only the connection's own thread asks for frames.
  private var episode: Int
  private var from: Int
  private var length: Int?
  private var begun: Double?
  private var shown = -1
  private var isOver = false

  /// The most frames per second for a browser, and how many seconds the end of an episode is shown.
  static let framesPerSecond = 50.0
  private static let pause = 0.7

  /// A stream that begins after `t` steps of an episode.
  init(
    of run: OpenRun, episode: Int, t: Int, stepsPerSecond: Double, _ options: PictureOptions,
    withAttention: Bool = false
  ) {
    (self.run, self.episode, from) = (run, episode, t)
    (self.stepsPerSecond, self.options, self.withAttention) = (
      stepsPerSecond, options, withAttention
    )
  }

  func next() -> [UInt8]? {
    if isOver { return nil }
    do {
      return try frame()
    } catch {
      // The page requests its first frame by itself, and gets the error if there is none.
      isOver = true
      return nil
    }
  }

  func close() { isOver = true }

  private func frame() throws -> [UInt8]? {
    let number = episode
    let steps = try length ?? run.read { try $0.recording.episode(number).steps }
    length = steps
    let start = begun ?? monotonicSeconds()
    begun = start
    if shown >= steps {
      usleep(UInt32(Self.pause * 1e6))
      guard let after = try following(number) else { return nil }
      (episode, from, length, begun, shown) = (after, 0, nil, nil, -1)
      return try frame()
    }
    let interval = max(1 / Self.framesPerSecond, 1 / stepsPerSecond)
    var t = from + Int((monotonicSeconds() - start) * stepsPerSecond)
    while t <= shown {
      usleep(UInt32(min(interval, 0.5) * 1e6 / 2))
      t = from + Int((monotonicSeconds() - start) * stepsPerSecond)
    }
    t = min(t, steps)
    shown = t
    let png = try run.onStage { [options, withAttention] in
      try $0.png(episode: number, t: t, options, withAttention: withAttention)
    }
    return WireNumbers.bytes(png.count, number, t) + png
  }

  /// The next episode that has steps; nil at the end of the run.
  private func following(_ number: Int) throws -> Int? {
    try run.read { try $0.episode(after: number) }
  }
}
