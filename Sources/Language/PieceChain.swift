/// The pieces of words as linked lists: merging two neighbours costs the same, however long the
/// word is.
struct PieceChain {
  /// By position; `nothing` where a piece was merged with the one before it.
  private var numbers: [Int32] = []
  private var following: [Int32] = []
  private var preceding: [Int32] = []
  private static let nothing: Int32 = -1

  /// Appends a word; its pieces are not neighbours of other words' pieces.
  mutating func append(_ word: [Int]) {
    let first = numbers.count
    for (offset, piece) in word.enumerated() {
      let place = Int32(first + offset)
      numbers.append(Int32(piece))
      preceding.append(offset == 0 ? Self.nothing : place - 1)
      following.append(offset == word.count - 1 ? Self.nothing : place + 1)
    }
  }

  /// How many pieces there were at first: the position of the next word.
  var count: Int { numbers.count }

  /// The remaining pieces, in order.
  var pieces: [Int] { numbers.lazy.filter { $0 != Self.nothing }.map { Int($0) } }

  /// The positions of a piece's neighbours.
  func place(before place: Int) -> Int? { Self.place(preceding[place]) }
  func place(after place: Int) -> Int? { Self.place(following[place]) }

  private static func place(_ place: Int32) -> Int? { place == nothing ? nil : Int(place) }

  /// The piece at a position and the next one; nil where either is missing.
  func pair(at place: Int) -> BytePairTokenizer.Merge? {
    guard numbers[place] != Self.nothing, let next = self.place(after: place) else { return nil }
    return BytePairTokenizer.Merge(left: Int(numbers[place]), right: Int(numbers[next]))
  }

  /// Merges the piece at a position with the next one.
  mutating func join(at place: Int, to symbol: Int) {
    guard let next = self.place(after: place) else { return }
    numbers[place] = Int32(symbol)
    numbers[next] = Self.nothing
    following[place] = following[next]
    if let after = self.place(after: place) { preceding[after] = Int32(place) }
  }
}
