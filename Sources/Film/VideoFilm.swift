import Platform
package import Raster

/// Makes videos that every browser plays, with ffmpeg, which receives the frames while they are
/// drawn.
package struct VideoFilm {
  /// The kinds of video, by file extension.
  package enum Container: String, Sendable, CaseIterable {
    /// H.264.
    case mp4
    /// VP9.
    case webm
  }

  /// The kind of video.
  package var container: Container
  /// The frame rate.
  package var rate: PreciseRate
  /// Whether to replace an existing file.
  package var replacing = false

  /// A video with a frame rate.
  package init(_ container: Container, rate: PreciseRate, replacing: Bool = false) {
    self.container = container
    self.rate = rate
    self.replacing = replacing
  }

  /// Draws all frames into a file, which appears when it is complete; a frame with a hold is
  /// repeated.
  package func write(
    _ source: inout some FrameSource, to path: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    guard source.frameCount > 0 else { throw FilmError.empty }
    let output = try OutputFile(path, replacing: replacing)
    let canvas = try Canvas(width: source.width, height: source.height)
    let even = try EvenFrame(for: canvas)
    var ffmpeg = try FFmpeg(
      arguments(
        from: "pipe:0", width: even.width, height: even.height, into: output.partialPath),
      path: path)
    var shown = 0
    for frame in 0..<source.frameCount {
      try source.draw(frame, onto: canvas)
      let times = 1 + rate.frames(in: max(0, source.hold(after: frame)))
      let picture = even.filled(from: canvas)
      for _ in 0..<times {
        try unsafe picture.withPixels { try unsafe ffmpeg.write(UnsafeRawBufferPointer($0)) }
      }
      shown += times
      try progress(frame + 1)
    }
    try ffmpeg.finish()
    let bytes = try output.finishWrittenByAnother()
    return FilmReport(
      path: path, frames: source.frameCount, bytes: bytes, colors: nil, greatestError: 0,
      duration: Double(shown * rate.denominator) / Double(rate.numerator), isLossy: true)
  }

  /// The ffmpeg command for the same video from a folder of numbered frames.
  package func command(forFramesIn folder: String, to path: String) -> String {
    let pattern = "\(Files.trimmed(folder).replacing("%", with: "%%"))/frame-%06d.png"
    let words =
      ["ffmpeg", "-framerate", "\(rate)", "-i", pattern]
      + filter("pad=ceil(iw/2)*2:ceil(ih/2)*2,") + codec + [path]
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// The ffmpeg command for the same video from a file of raw pixels, in a canvas's format.
  package func command(
    forPixelsIn file: String, width: Int, height: Int, to path: String
  ) -> String {
    let words = arguments(from: file, width: width, height: height, into: path)
    return (["ffmpeg"] + words).map(Self.quoted).joined(separator: " ")
  }

  private func arguments(
    from input: String, width: Int, height: Int, into path: String
  ) -> [String] {
    ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
      + ["-f", "rawvideo", "-pixel_format", "bgr0", "-video_size", "\(width)x\(height)"]
      + ["-framerate", "\(rate)", "-i", input]
      + filter("") + codec
      // Without time, machine or ffmpeg's version, so that the same command gives the same bytes.
      + ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
      + ["-f", container.rawValue, "file:\(path)"]
  }

  /// States explicitly the colour space that players assume for small and large videos.
  private func filter(_ first: String) -> [String] {
    ["-vf", "\(first)scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
      + ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
      + ["-color_range", "tv"]
  }

  private var codec: [String] {
    switch container {
    case .mp4:
      ["-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "16"]
        + ["-threads", "2", "-movflags", "+faststart"]
    case .webm:
      // Measured on mazes of 720 pixels: "good" takes six times as long, for a third fewer bytes
      // and 0.1 dB.
      ["-c:v", "libvpx-vp9", "-crf", "22", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "6"]
        + ["-threads", "2", "-tile-columns", "1", "-row-mt", "0"]
    }
  }

  /// An argument in shell notation.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "+-_./:=,%".utf8.contains(byte)
      }
    }
    return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}

/// A picture with even sides, as videos need them: where a side is odd, its last pixels are
/// repeated.
private struct EvenFrame {
  private let padded: Canvas?
  let width: Int
  let height: Int

  init(for canvas: Canvas) throws(CanvasError) {
    width = canvas.width + canvas.width % 2
    height = canvas.height + canvas.height % 2
    let isEven = width == canvas.width && height == canvas.height
    padded = isEven ? nil : try Canvas(width: width, height: height)
  }

  func filled(from canvas: Canvas) -> Canvas {
    guard let padded else { return canvas }
    let all = Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    // Shifted copies first, so that the last column and row stay visible.
    for (x, y) in [(1, 1), (0, 1), (1, 0), (0, 0)] {
      padded.copy(canvas, all, to: Point(Double(x), Double(y)))
    }
    return padded
  }
}
