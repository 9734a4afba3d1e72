/// The seeds of several runs, as people type them.
package enum Seeds {
  /// The accepted forms, for help and errors.
  package static let help = "5 for seeds 1 to 5, 6-10 for those, 7-7 or 3,7 for single ones"

  /// Parses seeds: a single number is the number of runs, as in other tools.
  package static func parse(_ text: String, most: Int) throws -> [UInt64] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.filter { $0 != " " }
    }
    if words.count == 1, let count = Int(words[0]), 1...most ~= count {
      return Array(1...UInt64(count))
    }
    var seeds: [UInt64] = []
    for word in words {
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        words.count > 1 || ends.count == 2, first <= last, last < 1 << 53,
        last - first < UInt64(most)
      else {
        throw refusal(of: text, most: most)
      }
      seeds += first...last
    }
    guard seeds.count <= most, Set(seeds).count == seeds.count else {
      throw refusal(of: text, most: most)
    }
    return seeds
  }

  private static func refusal(of text: String, most: Int) -> RunError {
    .request(
      "seeds are a number of runs (5 for seeds 1 to 5), a range (6-10) or a list (7-7 or 3,7), "
        + "at most \(most) in all, each once, not '\(text)'")
  }
}
