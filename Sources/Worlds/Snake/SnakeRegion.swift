/// The cells of a board that are connected to one cell.
struct SnakeRegion {
  private(set) var rows = InlineArray<24, UInt32>(repeating: 0)

  /// Every cell that can be reached from `cell` through free cells, one word per row.
  init(from cell: Int, through free: InlineArray<24, UInt32>) {
    rows[cell >> 5] = 1 << UInt32(cell & 31)
    var (first, last) = (cell >> 5, cell >> 5)
    var isGrowing = true
    // Sweeps down and up until nothing is added: as often as the region winds back.
    while isGrowing {
      isGrowing = false
      var row = first
      while row < 24 {
        let above = row > 0 ? rows[row - 1] : 0
        if grow(row, above, free[row]) {
          isGrowing = true
          last = max(last, row)
        } else if row > last {
          break
        }
        row += 1
      }
      row = last
      while row >= 0 {
        let below = row < 23 ? rows[row + 1] : 0
        if grow(row, below, free[row]) {
          isGrowing = true
          first = min(first, row)
        } else if row < first {
          break
        }
        row -= 1
      }
    }
  }

  /// Spreads a row's cells and those from the neighbouring row; returns whether any were added.
  private mutating func grow(_ row: Int, _ beside: UInt32, _ free: UInt32) -> Bool {
    let before = rows[row]
    let seeds = (before | beside) & free | before
    if seeds == 0 { return false }
    // To the right, the carry of an addition runs through each stretch of free cells that holds a
    // seed,
    let right = (free ^ (free &+ (seeds & free))) & free | seeds
    // and to the left, five doublings do the same.
    var (left, open) = (right, free)
    left |= open & left >> 1
    open &= open >> 1
    left |= open & left >> 2
    open &= open >> 2
    left |= open & left >> 4
    open &= open >> 4
    left |= open & left >> 8
    open &= open >> 8
    left |= open & left >> 16
    rows[row] = left
    return left != before
  }

  func contains(_ cell: Int) -> Bool { rows[cell >> 5] >> UInt32(cell & 31) & 1 == 1 }

  /// How many cells there are.
  var count: Int {
    var count = 0
    for row in rows.indices { count += rows[row].nonzeroBitCount }
    return count
  }
}
