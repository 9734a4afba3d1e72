import Platform
package import Raster

/// Makes folders of numbered PNG pictures: `frame-000000.png`, `frame-000001.png`, …
package struct FrameSequence {
  /// Whether pixels keep their own colours instead of the nearest ones in the film's palette.
  package var truecolor = false
  /// Whether to replace frames that a folder already contains.
  package var replacing = false
  /// How many frames are sampled to choose the palette.
  package var samples = 64

  /// A sequence, by default with one palette.
  package init(truecolor: Bool = false, replacing: Bool = false) {
    self.truecolor = truecolor
    self.replacing = replacing
  }

  /// The name of a frame's file.
  package static func name(of frame: Int) -> String {
    let digits = String(frame)
    return "frame-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
  }

  /// Draws all frames into files of a folder, which appear when all of them are complete.
  package func write(
    _ source: inout some FrameSource, to folder: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    guard source.frameCount > 0 else { throw FilmError.empty }
    try FrameFolder.check(folder, replacing: replacing)
    guard !truecolor else { return try write(&source, to: folder, nil, progress) }
    return try PaletteAttempts(samples: samples, sparing: 0).run(&source) { source, mapping in
      try write(&source, to: folder, mapping, progress)
    }
  }

  private func write(
    _ source: inout some FrameSource, to folder: String, _ mapping: PaletteMapping?,
    _ progress: FilmProgress
  ) throws -> FilmReport {
    let (width, height, frames) = (source.width, source.height, source.frameCount)
    var mapping = mapping
    let limit = mapping?.mapper.limit
    let output = try FrameFolder(folder, replacing: replacing)
    let partial = output.partial
    let pipeline = FramePipeline {
      SequenceEncoder(
        folder: partial, png: PNGEncoder(width: width, height: height, colors: limit))
    }
    var bytes = 0
    try pipeline.run(&source, map: mapping == nil ? nil : { try mapping?.map($0, after: $1) }) {
      frame, _, size in
      bytes += size
      try progress(frame + 1)
    }
    try output.finish(frames: frames)
    return FilmReport(
      path: folder, frames: frames, bytes: bytes, colors: mapping?.mapper.palette.colors.count,
      greatestError: mapping?.mapper.greatestError ?? 0)
  }
}

/// Encodes frames and writes each to its own file.
private struct SequenceEncoder: FrameEncoder, ~Copyable {
  let folder: String
  var png: PNGEncoder

  mutating func encode(_ frame: Int, _ picture: Picture, after previous: Picture?) throws -> Int {
    let bytes = png.encode(picture)
    try Files.write(bytes, toNewFile: "\(folder)/\(FrameSequence.name(of: frame))")
    return bytes.count
  }
}
