/// The pieces of words, side by side: two neighbours become one at the same cost, however long the word is.
struct PieceChain {
  /// By place; nothing where a piece was joined to the one before it.
  private var numbers: [Int32] = []
  private var following: [Int32] = []
  private var preceding: [Int32] = []
  private static let nothing: Int32 = -1

  /// Adds a word behind the others; its pieces have no neighbours in those.
  mutating func append(_ word: [Int]) {
    let first = numbers.count
    for (offset, piece) in word.enumerated() {
      let place = Int32(first + offset)
      numbers.append(Int32(piece))
      preceding.append(offset == 0 ? Self.nothing : place - 1)
      following.append(offset == word.count - 1 ? Self.nothing : place + 1)
    }
  }

  /// How many pieces there were at first: where the next word begins.
  var count: Int { numbers.count }

  /// The pieces that are left, in order.
  var pieces: [Int] { numbers.lazy.filter { $0 != Self.nothing }.map { Int($0) } }

  /// Where the neighbours of a piece stand.
  func place(before place: Int) -> Int? { Self.place(preceding[place]) }
  func place(after place: Int) -> Int? { Self.place(following[place]) }

  private static func place(_ place: Int32) -> Int? { place == nothing ? nil : Int(place) }

  /// The piece at a place and the one after it; nil where either is none.
  func pair(at place: Int) -> BytePairTokenizer.Merge? {
    guard numbers[place] != Self.nothing, let next = self.place(after: place) else { return nil }
    return BytePairTokenizer.Merge(left: Int(numbers[place]), right: Int(numbers[next]))
  }

  /// Makes the piece at a place and the one after it one.
  mutating func join(at place: Int, to symbol: Int) {
    guard let next = self.place(after: place) else { return }
    numbers[place] = Int32(symbol)
    numbers[next] = Self.nothing
    following[place] = following[next]
    if let after = self.place(after: place) { preceding[after] = Int32(place) }
  }
}
