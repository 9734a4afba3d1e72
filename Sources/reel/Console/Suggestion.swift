/// `did you mean x?` if a known name is close, then all names if there are at most `most`.
func didYouMean(_ word: String, among names: [String], listing most: Int = 8) -> String {
  let list = names.count <= most ? "choose from " + names.joined(separator: ", ") : ""
  guard let nearest = nearest(to: word, among: names) else { return list }
  return "did you mean \(nearest)?" + (list.isEmpty ? "" : " \(list)")
}

/// The name that is closest to a word; nil if none is close.
func nearest(to word: String, among names: [String]) -> String? {
  let nearest = names.map { (name: $0, distance: editDistance(word, $0)) }
    .min { $0.distance < $1.distance }
  guard let nearest, nearest.distance <= max(1, min(3, word.count / 2)) else { return nil }
  return nearest.name
}

/// How many letters must be added, dropped, changed or swapped to turn one word into the other.
func editDistance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first.lowercased().utf8.prefix(64)), Array(second.lowercased().utf8))
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      let change = rows[i][j] + (a[i] == b[j] ? 0 : 1)
      var best = min(change, rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, rows[i - 1][j - 1] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
