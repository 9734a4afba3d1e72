import Experiments
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// How the episodes of a run are drawn: from recorded pixels if they are wanted and
/// available, or else by the painter of their world.
struct EpisodePainters {
  private let recording: Recording
  private let world: any World
  /// The painters for episodes without pixels, and for those with pixels.
  private let plain: PainterEntry
  private let pixels: PainterEntry
  /// The episodes with recorded pixels and steps; empty if pixels are not wanted.
  private let known: Set<Int>
  /// Whether pixels were requested.
  private let isAsked: Bool

  /// The painters of a recording's episodes, with some options.
  init(
    _ recording: Recording, in world: any World, _ options: PictureOptions, by table: PainterTable
  ) throws {
    (self.recording, self.world) = (recording, world)
    plain = try table.entry(for: world, options)
    pixels = try table.entry(for: world, options, withPixels: true)
    isAsked = options.look == .pixels
    guard pixels.looks.contains(.pixels), plain.world != pixels.world else {
      known = []
      return
    }
    let thinning = try recording.thinning()
    known = Set(
      try recording.episodesWithImages().filter { thinning?.keeps(episode: $0) ?? true })
    if isAsked, known.isEmpty {
      throw RunError.run("\(recording.path) holds no pixels", .usualLook)
    }
  }

  /// The painter of an episode.
  func entry(for episode: Episode) -> PainterEntry {
    known.contains(episode.number) ? pixels : plain
  }

  /// Whether a painter draws an episode the same way whichever episodes it was made for; painters that survey
  /// all numbers first, or use pixels, do not.
  func drawsAny(_ episode: Episode) -> Bool {
    let looks = entry(for: episode).looks
    return !looks.contains(.charts) && !known.contains(episode.number)
  }

  // MARK: Which episodes

  /// The episodes that a filter selects, by default the best one, and a remark for the user.
  func choose(_ filter: EpisodeFilter?) throws -> (episodes: [Episode], remark: String?) {
    let filter = filter ?? EpisodeFilter(.best(1))
    let all = try filter.episodes(of: recording, in: world)
    let lacking = all.filter { !known.contains($0.number) }
    guard !known.isEmpty, !lacking.isEmpty else { return (all, nil) }
    let there = "\(Self.words(known.sorted())) \(known.count == 1 ? "has" : "have") them"
    let missing =
      "\(Self.words(lacking.map(\.number))) \(lacking.count == 1 ? "has" : "have")"
      + " no pixels"
    guard isAsked else { return (all, "\(missing), and charts are shown; \(there)") }
    let chosen = try filter.episodes(of: recording, in: world, among: known)
    guard let first = chosen.first else {
      throw RunError.run(
        "\(missing) in \(recording.path); \(there)", .chooseEpisode(known.min() ?? 1))
    }
    let instead =
      chosen.count == all.count
      ? "\(Self.words(chosen.map(\.number))) \(chosen.count == 1 ? "is" : "are") shown instead"
      : "\(chosen.count) of \(all.count) episodes \(chosen.count == 1 ? "is" : "are") shown, from"
        + " episode \(first.number) on"
    return (chosen, "\(missing): \(instead)")
  }

  /// Calls `body` with the episodes that a film of learning can choose from, in groups: those with pixels, if there
  /// are enough of them to show any learning.
  func forEachLearning(_ body: ([Episode]) throws -> Void) throws {
    var shown = 0
    if !known.isEmpty, !isAsked {
      try recording.forEachEpisodesWithSteps { episodes in
        shown += episodes.count { known.contains($0.number) && $0.isOver }
      }
    }
    let onlyKnown = isAsked || shown > 1
    try recording.forEachEpisodesWithSteps { episodes in
      try body(onlyKnown ? episodes.filter { known.contains($0.number) } : episodes)
    }
  }

  /// The episodes that were played at some steps, or else the first.
  func learning(at steps: [Int]) throws -> [Episode] {
    var first: Episode?
    var found: [Episode?] = steps.map { _ in nil }
    try forEachLearning { episodes in
      if first == nil { first = episodes.first }
      for (place, step) in steps.enumerated() {
        if let last = episodes.last(where: { $0.firstStep <= step }) { found[place] = last }
      }
    }
    return found.compactMap { $0 ?? first }
  }

  /// Some episode numbers as text.
  private static func words(_ numbers: [Int]) -> String {
    let most = 8
    guard numbers.count > 1 else { return "episode \(numbers.first ?? 0)" }
    let shown = numbers.prefix(numbers.count > most ? most : numbers.count - 1)
    let rest =
      numbers.count > most
      ? "\(numbers.count - most) more" : "\(numbers[numbers.count - 1])"
    return "episodes \(shown.map(String.init).joined(separator: ", ")) and \(rest)"
  }

  // MARK: Pictures

  /// The longer side of their pictures if no size was chosen.
  func usualSize(of episodes: [Episode], _ options: PictureOptions) -> Int {
    let shown = episodes.filter { known.contains($0.number) }
    let sizes =
      (shown.isEmpty ? [] : [pixels.usualSize(of: shown, from: recording, options)])
      + (shown.count == episodes.count ? [] : [plain.usualSize])
    return sizes.max() ?? plain.usualSize
  }

  /// Refuses options that the painters of some episodes lack.
  func check(_ options: PictureOptions, for episodes: [Episode]) throws {
    for episode in episodes { try entry(for: episode).check(options) }
  }

  /// A film of some episodes, each drawn by its painter.
  func film(_ request: FilmRequest) throws -> any FrameSource {
    let runs = request.episodes.pieces { known.contains($0.number) }
    let films = try runs.map { episodes in
      var part = request
      part.episodes = episodes
      return try (episodes.first.map(entry) ?? plain).film(of: world, part)
    }
    if films.count == 1 { return films[0] }
    return try JoinedFilm(films, theme: request.options.theme)
  }
}

extension [Episode] {
  /// The episodes split into stretches for which a condition has the same result.
  fileprivate func pieces(where isInside: (Episode) -> Bool) -> [[Episode]] {
    var pieces: [[Episode]] = []
    var last: Bool?
    for episode in self {
      let now = isInside(episode)
      if now == last { pieces[pieces.count - 1].append(episode) } else { pieces.append([episode]) }
      last = now
    }
    return pieces.isEmpty ? [[]] : pieces
  }
}
