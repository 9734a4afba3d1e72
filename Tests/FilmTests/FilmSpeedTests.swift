import Film
import Glibc
import Raster
import TestSupport
import Testing

/// Speeds are printed, not judged: `REEL_SPEED=1` asks for them.
@Suite(.enabled(if: getenv("REEL_SPEED") != nil), .serialized) struct FilmSpeedTests {
  private static let frames = 2000

  @Test func `drawing a maze`() throws {
    let film = try MazeFilm(frames: Self.frames)
    let canvas = try Canvas(width: film.width, height: film.height)
    measure("draw 480×480 maze, one core", Self.frames) {
      for frame in 0..<Self.frames { film.draw(frame, onto: canvas) }
    }
  }

  @Test(arguments: ["/tmp", "/dev/shm"])
  func `a maze as PNG files`(place: String) throws {
    try withTemporaryFolder(in: place) { folder in
      var film = try MazeFilm(frames: Self.frames)
      var run = 0
      try measure("480×480 maze to PNG files in \(place)", Self.frames) {
        // A folder each: file systems are slow to use again what was just removed.
        run += 1
        _ = try FrameSequence().write(&film, to: "\(folder)/frames-\(run)")
      }
    }
  }

  @Test func `a maze as GIF`() throws {
    try withTemporaryFolder { folder in
      var film = try MazeFilm(frames: Self.frames)
      try measure("480×480 maze to GIF", Self.frames) {
        _ = try GIFFilm(rate: FrameRate(delay: 3), replacing: true)
          .write(&film, to: "\(folder)/maze.gif")
      }
    }
  }

  @Test func `heat maps that change everywhere`() throws {
    try withTemporaryFolder { folder in
      var film = HeatMapFilm(frames: 400, theme: .light)
      try measure("320×360 heat maps to GIF", 400) {
        _ = try GIFFilm(rate: FrameRate(delay: 3), replacing: true)
          .write(&film, to: "\(folder)/heat.gif")
      }
      var run = 0
      try measure("320×360 heat maps to PNG files", 400) {
        run += 1
        _ = try FrameSequence().write(&film, to: "\(folder)/heat-\(run)")
      }
    }
  }

  private func measure(_ name: String, _ frames: Int, _ work: () throws -> Void) rethrows {
    var speeds: [Double] = []
    for _ in 0..<5 {
      let start = ContinuousClock.now
      try work()
      speeds.append(Double(frames) / ((ContinuousClock.now - start) / .seconds(1)))
    }
    speeds.sort()
    print("\(name): \(Int(speeds[2])) frames/s (\(Int(speeds[0]))–\(Int(speeds[4])))")
  }
}
