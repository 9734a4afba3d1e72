/// Why a picture or a film could not be read or made.
package enum FilmError: Error, Hashable, CustomStringConvertible {
  /// A file is not a PNG picture that can be read.
  case notAPicture(path: String, reason: String)
  /// A folder holds no PNG pictures.
  case noFrames(folder: String)
  /// The pictures of a folder have more than one size.
  case sizesDiffer(path: String, size: String, first: String)
  /// A folder holds frames already, and nobody asked to replace them.
  case framesExist(folder: String)
  /// A film without a single frame was asked for.
  case empty
  /// A video was asked for, and there is no ffmpeg.
  case noFFmpeg(path: String)
  /// Ffmpeg failed, for the reason that it gave last.
  case ffmpeg(path: String, reason: String)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .notAPicture(let path, let reason): "cannot read \(path) as a PNG picture: \(reason)"
    case .noFrames(let folder): "the folder \(folder) holds no PNG pictures to make a film of"
    case .sizesDiffer(let path, let size, let first):
      "\(path) has \(size) pixels, but the frames before it have \(first): "
        + "a film needs frames of one size"
    case .framesExist(let folder): "\(folder) holds frames already"
    case .empty: "there is no frame to draw, so no film was made"
    case .noFFmpeg(let path):
      "\(path) needs ffmpeg, which is not installed: apt-get install ffmpeg, or name a .gif or .png"
    case .ffmpeg(let path, let reason): "ffmpeg could not make \(path): \(reason)"
    }
  }
}
