import Analysis
import Experiments
import Film
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import Synchronization

/// Small pictures of recordings: the last frame of the last episode, and the curve of the returns. The most
/// recently used are kept.
final class Thumbnails: Sendable {
  private struct Key: Hashable {
    var id: String
    var changed: Double
    var isDark: Bool
    var isCurve: Bool
  }

  private let tables: PictureTables
  private let kept = Mutex<(pictures: [Key: [UInt8]], order: [Key])>(([:], []))

  /// How many are kept, of a few kilobytes each.
  private static let most = 1000

  init(_ tables: PictureTables) { self.tables = tables }

  /// The last frame of the last episode.
  func lastFrame(of entry: Library.Entry, _ theme: Theme) throws -> [UInt8] {
    try picture(of: entry, theme, isCurve: false) {
      let stage = try Stage(entry.path, by: tables)
      let newest = try stage.recording.lastEpisodes(1).first
      guard let episode = try newest ?? stage.recording.episodes(.last).first else {
        throw Refusal.missing("there is no episode yet")
      }
      let options = PictureOptions(size: 192, theme: theme, showsCaption: false)
      return try stage.png(episode: episode.number, t: episode.steps, options)
    }
  }

  /// The curve of the returns, or of the losses of a text.
  func curve(of entry: Library.Entry, _ theme: Theme) throws -> [UInt8] {
    try picture(of: entry, theme, isCurve: true) {
      let recording = try Recording(entry.path)
      let run = try recording.description()
      let values =
        run.isOfText && run.purpose == .train
        ? try recording.outcomes(ofMetric: "losses/validation") : try recording.outcomes()
      return try Sparkline(values, theme).svg()
    }
  }

  private func picture(
    of entry: Library.Entry, _ theme: Theme, isCurve: Bool, _ paint: () throws -> [UInt8]
  ) throws -> [UInt8] {
    let key = Key(
      id: entry.id, changed: entry.stamp.changed, isDark: theme.isDark, isCurve: isCurve)
    if let known = kept.withLock({ $0.pictures[key] }) { return known }
    let made = try paint()
    kept.withLock { kept in
      if kept.pictures.updateValue(made, forKey: key) == nil { kept.order.append(key) }
      if kept.order.count > Self.most { kept.pictures[kept.order.removeFirst()] = nil }
    }
    return made
  }
}

/// A curve without axes.
struct Sparkline: Drawing {
  let width = 132
  let height = 44
  let theme: Theme
  private let means: [Double]

  /// The curve of some values: one mean per pixel.
  init(_ outcomes: Outcomes, _ theme: Theme) throws {
    self.theme = theme
    var known = 0
    try outcomes.forEach { if $0.totalReturn.isFinite { known += 1 } }
    let count = min(known, 66)
    var means: [Double] = []
    var (sum, summed, passed) = (0.0, 0, 0)
    try outcomes.forEach { outcome in
      guard outcome.totalReturn.isFinite, means.count < count else { return }
      sum += outcome.totalReturn
      summed += 1
      passed += 1
      guard passed == known * (means.count + 1) / count else { return }
      means.append(sum / Double(summed))
      (sum, summed) = (0, 0)
    }
    self.means = means
  }

  func draw(onto canvas: Canvas) {
    guard means.count > 1, let low = means.min(), let high = means.max() else { return }
    let (left, top) = (3.0, 4.0)
    let (across, down) = (Double(width) - 2 * left, Double(height) - 2 * top)
    let points = means.enumerated().map { place, value in
      Point(
        left + across * Double(place) / Double(means.count - 1),
        top + down * (high > low ? 1 - (value - low) / (high - low) : 0.5))
    }
    canvas.stroke(.polyline(points), theme.accent, Stroke(width: 1.75))
    if let last = points.last { canvas.fill(.circle(last, radius: 2.5), theme.accent) }
  }
}
