import Film
import Raster
import Recordings
import Rollouts

/// The recorded pictures of episodes, read when they are drawn, one in memory at a time.
///
/// A class, like `ChartCourses`: it belongs to one thread at a time.
final class PixelPictures {
  /// The picture at a moment.
  enum Picture {
    case pixels(Canvas)
    /// None, for a reason.
    case missing(String)
  }

  private let read: (_ episode: Int, _ t: Int) throws -> RecordedImage?
  private var last: (episode: Int, t: Int, picture: Picture)?

  /// The most pixels of a picture; one that claims more is not decoded.
  static let most = 1 << 24

  init(read: @escaping (_ episode: Int, _ t: Int) throws -> RecordedImage?) { self.read = read }

  /// The picture of an episode after `t` steps.
  func picture(of episode: Int, at t: Int) -> Picture {
    do {
      guard let image = try read(episode, t) else { return .missing("not drawn yet") }
      if let last, last.episode == episode, last.t == image.t { return last.picture }
      let picture = Self.picture(image)
      last = (episode, image.t, picture)
      return picture
    } catch {
      return .missing("\(error)")
    }
  }

  private static func picture(_ image: RecordedImage) -> Picture {
    guard let png = image.png else { return .missing("left out of this copy") }
    let name = "the picture of step \(image.t)"
    do {
      _ = try size(of: png, name: name)
      return .pixels(try PNGReader.canvas(from: png, path: name))
    } catch FilmError.notAPicture(_, let reason) {
      return .missing("step \(image.t): \(reason)")
    } catch {
      return .missing("\(error)")
    }
  }

  /// The size that a picture claims, if it can be drawn.
  private static func size(of png: [UInt8], name: String) throws -> (width: Int, height: Int) {
    let size = try PNGReader.size(of: png, path: name)
    let (count, isHuge) = size.width.multipliedReportingOverflow(by: size.height)
    guard count > 0, count <= most, !isHuge else {
      throw FilmError.notAPicture(
        path: name,
        reason: "\(size.width)×\(size.height) pixels are "
          + (count == 0 ? "none" : "more than \(most >> 20) million"))
    }
    return size
  }

  /// The size of the first picture of some episodes; nil if those that are examined have
  /// none.
  static func size(
    of episodes: [Episode], from source: any EpisodeSource
  ) -> (width: Int, height: Int)? {
    for episode in episodes.prefix(64) {
      for t in [0, episode.steps / 2, episode.steps] {
        if let png = try? source.image(of: episode.number, at: t)?.png,
          let size = try? size(of: png, name: "")
        {
          return size
        }
      }
    }
    return nil
  }
}
