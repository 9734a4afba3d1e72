/// Chooses episodes one by one as `EpisodeSelection.choose` does among all at once, and keeps few
/// more than it chooses. For the median of many episodes it needs several passes.
struct EpisodeChoice {
  private let selection: EpisodeSelection
  /// One choice for each of several selections.
  private var parts: [EpisodeChoice] = []
  private var kept: [Episode] = []
  /// Whether any episode has ended: then only such are kept, for selections that prefer them.
  private var hasEnded = false
  private var isFirstPass = true
  /// Finds the median of more episodes than are kept.
  private var search: MedianSearch?
  private let most: Int

  /// A choice that keeps no more than `most` episodes for the median.
  init(_ selection: EpisodeSelection, most: Int = 1 << 16) {
    (self.selection, self.most) = (selection, most)
    if case .several(let selections) = selection {
      parts = selections.map { EpisodeChoice($0, most: most) }
    }
  }

  /// Considers the next episode by number.
  mutating func take(_ episode: Episode) {
    if case .several = selection {
      for index in parts.indices { parts[index].take(episode) }
      return
    }
    guard isFirstPass else {
      if episode.isOver || !hasEnded { search?.take(episode) }
      return
    }
    switch selection {
    case .first: if kept.isEmpty { kept.append(episode) }
    case .all: kept.append(episode)
    case .numbers(let range): if range.contains(episode.number) { kept.append(episode) }
    case .last: keep(episode, most: 1)
    case .best(let count), .worst(let count): keep(episode, most: count)
    case .median: keep(episode, most: nil)
    case .several: break
    }
  }

  private mutating func keep(_ episode: Episode, most: Int?) {
    if episode.isOver, !hasEnded { (kept, search, hasEnded) = ([], nil, true) }
    guard episode.isOver || !hasEnded else { return }
    if search != nil {
      search?.take(episode)
      return
    }
    kept.append(episode)
    if let most {
      // Whatever follows, episodes that are not chosen among these will not be chosen.
      if kept.count / 2 - 1024 > most { kept = selection.choose(from: kept) }
    } else if kept.count > self.most {
      var search = MedianSearch()
      for episode in kept { search.take(episode) }
      (self.search, kept) = (search, [])
    }
  }

  /// Ends a pass over all episodes; returns whether no other pass is needed.
  mutating func finishPass() -> Bool {
    isFirstPass = false
    if var search {
      let isDone = search.finishPass()
      self.search = isDone ? nil : search
      if isDone { kept = search.median.map { [$0] } ?? [] }
      return isDone
    }
    var isDone = true
    for index in parts.indices { isDone = parts[index].finishPass() && isDone }
    return isDone
  }

  /// The chosen episodes so far.
  var chosen: [Episode] {
    guard case .several = selection else { return selection.choose(from: kept) }
    var seen: Set<Int> = []
    return parts.flatMap(\.chosen).filter { seen.insert($0.number).inserted }
  }
}

/// Finds the episode with the median return: of two the lesser, of equal returns by number. Each pass over all episodes
/// finds 16 more bits of the return; the last one picks the episode among those with that return.
private struct MedianSearch {
  /// The returns that begin with the same bits.
  private struct Bucket {
    var count = 0
    var least = UInt64.max
    var greatest = UInt64.min
  }

  private(set) var median: Episode?
  private var buckets = Self.emptyBuckets
  /// The known bits, and their number.
  private var (prefix, known): (UInt64, UInt64) = (0, 0)
  /// How many returns that begin with these bits come before the median; nil in the first pass.
  private var rank: Int?
  /// The median's return, once it is known.
  private var wanted: UInt64?

  private static var emptyBuckets: [Bucket] { Array(repeating: Bucket(), count: 1 << 16) }

  mutating func take(_ episode: Episode) {
    let key = Self.key(of: episode.return)
    if let wanted {
      guard key == wanted, median == nil else { return }
      if rank == 0 { median = episode }
      rank = (rank ?? 0) - 1
    } else if known == 0 || key >> (64 - known) == prefix {
      let place = Int(key >> (48 - known) & 0xFFFF)
      buckets[place].count += 1
      buckets[place].least = min(buckets[place].least, key)
      buckets[place].greatest = max(buckets[place].greatest, key)
    }
  }

  /// Whether the median is found.
  mutating func finishPass() -> Bool {
    if wanted != nil { return true }
    var rank = self.rank ?? (buckets.reduce(0) { $0 + $1.count } - 1) / 2
    guard
      let place = buckets.firstIndex(where: { bucket in
        if rank < bucket.count { return true }
        rank -= bucket.count
        return false
      })
    else { return true }
    let bucket = buckets[place]
    (self.rank, prefix, known) = (rank, prefix << 16 | UInt64(place), known + 16)
    if bucket.least == bucket.greatest { wanted = bucket.least }
    buckets = Self.emptyBuckets
    return false
  }

  /// A key that orders returns; both zeros have the same one.
  private static func key(of value: Double) -> UInt64 {
    let bits = (value + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}
