extension BytePairTokenizer {
  /// Learns from a text which bytes to join: always the pair that occurs most often, of equals the first by
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

/// A text's words with their numbers of occurrences, and where each pair stands.
private struct PairCounts {
  private var words: [(pieces: [Int], count: Int)] = []
  private var counts: [BytePairTokenizer.Merge: Int] = [:]
  private var places: [BytePairTokenizer.Merge: Set<Int>] = [:]

  init(_ text: String) {
    var occurrences: [ArraySlice<Unicode.Scalar>: Int] = [:]
    var order: [ArraySlice<Unicode.Scalar>] = []
    for word in Words(text) {
      if occurrences.updateValue(occurrences[word, default: 0] + 1, forKey: word) == nil {
        order.append(word)
      }
    }
    for word in order {
      let pieces = String(String.UnicodeScalarView(word)).utf8.map { Int($0) }
      words.append((pieces, occurrences[word] ?? 0))
      count(words.count - 1, times: 1)
    }
  }

  /// Adds a word's pairs to the counts, or takes them off.
  private mutating func count(_ index: Int, times sign: Int) {
    let (pieces, occurrences) = words[index]
    for place in 1..<max(1, pieces.count) {
      let pair = BytePairTokenizer.Merge(left: pieces[place - 1], right: pieces[place])
      counts[pair, default: 0] += sign * occurrences
      if sign > 0 { places[pair, default: []].insert(index) }
    }
  }

  func mostFrequent() -> BytePairTokenizer.Merge? {
    let best = counts.max { one, other in
      (one.value, -one.key.left, -one.key.right) < (other.value, -other.key.left, -other.key.right)
    }
    guard let best, best.value > 1 else { return nil }
    return best.key
  }

  mutating func join(_ merge: BytePairTokenizer.Merge, to symbol: Int) {
    for index in places[merge, default: []] {
      count(index, times: -1)
      words[index].pieces = BytePairTokenizer.join(merge, to: symbol, in: words[index].pieces)
      count(index, times: 1)
    }
    counts[merge] = nil
    places[merge] = nil
  }
}
