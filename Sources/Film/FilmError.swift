/// Why a picture or a film could not be read or made.
package enum FilmError: Error, Hashable, CustomStringConvertible {
  /// A file is not a readable PNG picture.
  case notAPicture(path: String, reason: String)
  /// A folder contains no PNG pictures.
  case noFrames(folder: String)
  /// The pictures in a folder differ in size.
  case sizesDiffer(path: String, size: String, first: String)
  /// A folder already contains frames, and the caller did not ask to replace them.
  case framesExist(folder: String)
  /// The film would have no frames.
  case empty
  /// A video needs ffmpeg, which is not installed.
  case noFFmpeg(path: String)
  /// Ffmpeg failed, with its last message.
  case ffmpeg(path: String, reason: String)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .notAPicture(let path, let reason): "cannot read \(path) as a PNG picture: \(reason)"
    case .noFrames(let folder): "the folder \(folder) contains no PNG pictures to make a film from"
    case .sizesDiffer(let path, let size, let first):
      "\(path) has \(size) pixels, but the frames before it have \(first): "
        + "all frames of a film must have the same size"
    case .framesExist(let folder): "\(folder) already contains frames"
    case .empty: "there is no frame to draw, so no film was made"
    case .noFFmpeg(let path):
      "\(path) needs ffmpeg, which is not installed: apt-get install ffmpeg, or name a .gif or .png"
    case .ffmpeg(let path, let reason): "ffmpeg could not make \(path): \(reason)"
    }
  }
}
