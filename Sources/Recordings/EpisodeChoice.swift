/// Chooses episodes one by one as `EpisodeSelection.choose` does among all at once, and keeps few
/// more than it chooses. For the median, it keeps all that have ended.
struct EpisodeChoice {
  private let selection: EpisodeSelection
  /// One choice for each of several selections.
  private var parts: [EpisodeChoice] = []
  private var kept: [Episode] = []
  /// Whether any episode has ended: then only such are kept, for selections that prefer them.
  private var hasEnded = false

  init(_ selection: EpisodeSelection) {
    self.selection = selection
    if case .several(let selections) = selection { parts = selections.map(EpisodeChoice.init) }
  }

  /// Considers the next episode by number.
  mutating func take(_ episode: Episode) {
    switch selection {
    case .first: if kept.isEmpty { kept.append(episode) }
    case .all: kept.append(episode)
    case .numbers(let range): if range.contains(episode.number) { kept.append(episode) }
    case .last: keep(episode, most: 1)
    case .best(let count), .worst(let count): keep(episode, most: count)
    case .median: keep(episode, most: nil)
    case .several: for index in parts.indices { parts[index].take(episode) }
    }
  }

  private mutating func keep(_ episode: Episode, most: Int?) {
    if episode.isOver, !hasEnded { (kept, hasEnded) = ([], true) }
    guard episode.isOver || !hasEnded else { return }
    kept.append(episode)
    // Whatever follows, episodes that are not chosen among these will not be chosen.
    if let most, kept.count / 2 - 1024 > most { kept = selection.choose(from: kept) }
  }

  /// The chosen episodes so far.
  var chosen: [Episode] {
    guard case .several = selection else { return selection.choose(from: kept) }
    var seen: Set<Int> = []
    return parts.flatMap(\.chosen).filter { seen.insert($0.number).inserted }
  }
}
