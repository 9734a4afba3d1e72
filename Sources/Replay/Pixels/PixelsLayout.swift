import Raster
package import Recordings

/// The place of recorded pictures on a frame.
struct PixelsLayout: Sendable {
  /// The picture with its title and caption; its cells are pixels.
  let frame: GridLayout

  /// Pixels are enlarged by a whole number if that uses more than this share of the space.
  private static let whole = 0.85

  /// A layout for pictures of a size.
  init(width: Int, height: Int, options: PictureOptions) {
    frame = GridLayout(rows: height, columns: width, options: options, wholeAbove: Self.whole)
  }

  /// The place of a picture of any size: within the area of the others, as large as it fits.
  func area(width: Int, height: Int) -> Rect {
    let (board, width, height) = (frame.board, Double(width), Double(height))
    let ideal = min(board.width / width, board.height / height)
    let whole = ideal.rounded(.down)
    let scale = whole >= 1 && whole / ideal > Self.whole ? whole : ideal
    let (across, down) = (
      max(1, (width * scale).rounded()), max(1, (height * scale).rounded())
    )
    return Rect(
      x: board.x + ((board.width - across) / 2).rounded(.down),
      y: board.y + ((board.height - down) / 2).rounded(.down), width: across, height: down)
  }

  /// The default size of pictures, in pixels of their longer side.
  private static let usual = (typical: 480, most: 960)

  /// The longer side of frames that show pictures of a size as they are, or enlarged or reduced by a whole
  /// number.
  static func usualSize(width: Int, height: Int, options: PictureOptions) -> Int {
    let longer = max(width, height, 1)
    let scale = max(1, Int((Double(usual.typical) / Double(longer)).rounded()))
    let part = (longer + usual.most - 1) / usual.most
    let (across, down) = (max(1, width * scale / part), max(1, height * scale / part))
    var options = options
    for size in stride(from: max(across, down) & ~1, to: usual.most * 2, by: 2) {
      options.size = size
      let layout = GridLayout(rows: down, columns: across, options: options, wholeAbove: whole)
      if layout.cell >= 1 { return size }
    }
    return usual.most
  }
}

extension PainterEntry {
  /// The longer side of frames with recorded pictures as they are, or enlarged or reduced by a whole
  /// number; this entry's default if nothing is known about them.
  package func usualSize(
    of episodes: [Episode], from source: any EpisodeSource, _ options: PictureOptions
  ) -> Int {
    guard looks.contains(.pixels), let size = PixelPictures.size(of: episodes, from: source) else {
      return usualSize
    }
    return PixelsLayout.usualSize(width: size.width, height: size.height, options: options)
  }
}
