/// The cells of a map, row by row. Each takes one byte, because a large map has millions of them.
package struct Cells: RandomAccessCollection, Sendable, Equatable {
  /// The index of each cell in `kinds`.
  private var codes: [UInt8]
  private var kinds: [Cell] = [.floor, .wall, .goal, .hole]
  /// For a map that has more kinds of exits than a byte can number.
  private var wide: [Cell] = []

  /// Cells in their order.
  package init(_ cells: [Cell]) {
    codes = []
    codes.reserveCapacity(cells.count)
    for cell in cells {
      if let code = kinds.firstIndex(of: cell) {
        codes.append(UInt8(code))
      } else if kinds.count <= UInt8.max {
        codes.append(UInt8(kinds.count))
        kinds.append(cell)
      } else {
        (codes, kinds, wide) = ([], [], cells)
        return
      }
    }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { wide.isEmpty ? codes.count : wide.count }

  package subscript(place: Int) -> Cell {
    wide.isEmpty ? kinds[Int(codes[place])] : wide[place]
  }
}
