internal import Rollouts

extension BytePairTokenizer {
  /// Learns merges from a text: always the most frequent pair, and among equals the first by
  /// number, until there are enough pieces or no pair occurs twice.
  package init(of text: String, pieces count: Int) throws(LanguageError) {
    var pairs = PairCounts(text)
    var symbols = (0...UInt8.max).map { [$0] }
    var merges: [Merge] = []
    while symbols.count < count, let merge = pairs.mostFrequent() {
      pairs.join(merge, to: symbols.count)
      symbols.append(symbols[merge.left] + symbols[merge.right])
      merges.append(merge)
    }
    try self.init(symbols: symbols, merges: merges)
  }
}

/// A text's words with their counts, and the positions of each pair.
private struct PairCounts {
  private var chain = PieceChain()
  /// The count of the word at each position.
  private var occurrences: [Int] = []
  private var counts: [BytePairTokenizer.Merge: Int] = [:]
  private var places: [BytePairTokenizer.Merge: [Int]] = [:]
  /// Every pair with its count when that last rose; it may have fallen since.
  private var queue = Heap<Candidate>()

  init(_ text: String) {
    var known: [ArraySlice<Unicode.Scalar>: Int] = [:]
    var order: [ArraySlice<Unicode.Scalar>] = []
    for word in Words(text) {
      if known.updateValue(known[word, default: 0] + 1, forKey: word) == nil { order.append(word) }
    }
    for word in order {
      let first = chain.count
      chain.append(String(String.UnicodeScalarView(word)).utf8.map { Int($0) })
      occurrences += repeatElement(known[word] ?? 0, count: chain.count - first)
    }
    for place in 0..<chain.count { count(place) }
    for pair in counts.keys { offer(pair) }
  }

  /// Counts the pair at a position, if there is one.
  @discardableResult private mutating func count(_ place: Int) -> BytePairTokenizer.Merge? {
    guard let pair = chain.pair(at: place) else { return nil }
    counts[pair, default: 0] += occurrences[place]
    places[pair, default: []].append(place)
    return pair
  }

  private mutating func offer(_ pair: BytePairTokenizer.Merge) {
    queue.insert(Candidate(count: counts[pair, default: 0], pair: pair))
  }

  mutating func mostFrequent() -> BytePairTokenizer.Merge? {
    while let candidate = queue.first {
      let count = counts[candidate.pair, default: 0]
      if count == candidate.count { return count > 1 ? candidate.pair : nil }
      _ = queue.removeFirst()
      if count > 0 { offer(candidate.pair) }
    }
    return nil
  }

  mutating func join(_ merge: BytePairTokenizer.Merge, to symbol: Int) {
    var changed: Set<BytePairTokenizer.Merge> = []
    for place in (places.removeValue(forKey: merge) ?? []).sorted()
    where chain.pair(at: place) == merge {
      let neighbours = [chain.place(before: place), chain.place(after: place)]
      for pair in neighbours.compactMap({ $0.flatMap(chain.pair(at:)) }) {
        counts[pair, default: 0] -= occurrences[place]
      }
      chain.join(at: place, to: symbol)
      for place in [neighbours[0], place] {
        if let pair = place.flatMap({ count($0) }) { changed.insert(pair) }
      }
    }
    counts[merge] = nil
    for pair in changed { offer(pair) }
  }

  /// A pair and its count; more frequent pairs come first, and among equals the first by number.
  private struct Candidate: Comparable {
    let count: Int
    let pair: BytePairTokenizer.Merge

    static func < (one: Self, other: Self) -> Bool {
      (-one.count, one.pair.left, one.pair.right) < (
        -other.count, other.pair.left, other.pair.right
      )
    }
  }
}
