package import Rollouts

/// How a game of Snake ended.
package enum SnakeEnd: UInt8, Sendable, CaseIterable {
  /// The game goes on.
  case none
  /// The snake would have left the board.
  case wall
  /// The snake would have bitten itself.
  case body
  /// The snake took too many steps for its length.
  case patience
  /// The snake fills the board, and there is no space for food.
  case full
}

/// A cell of the board.
package struct SnakeCell: Sendable, Equatable, Hashable {
  /// From the left.
  package var x: Int
  /// From the top.
  package var y: Int

  /// A cell.
  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A game of Snake: everything that changes, in one value without heap memory.
package struct SnakeState: Sendable {
  /// The head's cell: 32 · row + column.
  var head: Int16
  /// The cell of the last segment; follows from the body.
  var tail: Int16
  /// The food's cell; −1 where there is none.
  var food: Int16
  /// How many segments the snake has, including the head.
  package var length: UInt16
  /// How many steps the game has lasted.
  package var counter: UInt32
  /// The direction of the last step: 0 right, 1 down, 2 left, 3 up. A snake that died has not
  /// moved; this is where it tried to go.
  package var heading: UInt8
  package var end: SnakeEnd
  /// Two bits for each segment behind the head, in order: the direction to the segment before it.
  var body: InlineArray<24, UInt64>
  /// The cells that the snake covers, one word per row; follows from the body.
  var covered: InlineArray<24, UInt32>

  /// A snake that is straight behind its head.
  init(head: Int, heading: Int, length: Int) {
    self.head = Int16(head)
    self.heading = UInt8(heading)
    self.length = UInt16(length)
    (food, counter, end) = (-1, 0, .none)
    body = InlineArray(repeating: 0)
    covered = InlineArray(repeating: 0)
    tail = self.head
    cover(head)
    for segment in 1..<length {
      setWay(segment - 1, UInt64(heading))
      // The caller guarantees that there is space.
      tail = Int16(Snake.neighbour(of: Int(tail), heading ^ 2) ?? 0)
      cover(Int(tail))
    }
  }

  /// The direction to the segment before segment `index` + 1.
  func way(_ index: Int) -> Int { Int(body[index >> 5] >> (UInt64(index & 31) * 2) & 3) }

  private mutating func setWay(_ index: Int, _ way: UInt64) {
    body[index >> 5] |= way << (UInt64(index & 31) * 2)
  }

  func isCovered(_ cell: Int) -> Bool { covered[cell >> 5] >> UInt32(cell & 31) & 1 == 1 }

  private mutating func cover(_ cell: Int) { covered[cell >> 5] |= 1 << UInt32(cell & 31) }

  /// Moves the head into a cell, in its direction. The tail follows unless the snake grows.
  mutating func advance(to cell: Int, growing: Bool) {
    let segments = Int(length)
    if growing {
      length += 1
    } else {
      let end = Int(tail)
      covered[end >> 5] &= ~(1 << UInt32(end & 31))
      tail = Int16(Snake.neighbour(of: end, way(segments - 2)) ?? end)
    }
    for word in stride(from: (segments - 1) >> 5, to: 0, by: -1) {
      body[word] = body[word] << 2 | body[word - 1] >> 62
    }
    body[0] = body[0] << 2 | UInt64(heading)
    if !growing {
      // Bits beyond the tail would make equal snakes unequal.
      let last = segments - 1
      body[last >> 5] &= ~(3 << (UInt64(last & 31) * 2))
    }
    cover(cell)
    head = Int16(cell)
  }

  /// The snake's cells, from the head on.
  package var cells: [SnakeCell] {
    var cell = Int(head)
    var cells = [Snake.place(cell)]
    cells.reserveCapacity(Int(length))
    for index in 0..<Int(length) - 1 {
      cell = Snake.neighbour(of: cell, way(index) ^ 2) ?? cell
      cells.append(Snake.place(cell))
    }
    return cells
  }

  /// The food's cell; nil where the snake fills the board.
  package var foodCell: SnakeCell? { food < 0 ? nil : Snake.place(Int(food)) }

  /// The same game with its food elsewhere; nil where the snake is there.
  package func moving(foodTo cell: SnakeCell) -> SnakeState? {
    let number = cell.y * Snake.columns + cell.x
    if isCovered(number) { return nil }
    var state = self
    state.food = Int16(number)
    return state
  }

  /// How much food the snake has eaten.
  package var score: Int { Int(length) - Snake.startLength }
}

extension SnakeState: RecordedState {
  package static func == (one: SnakeState, other: SnakeState) -> Bool {
    one.head == other.head && one.food == other.food && one.length == other.length
      && one.counter == other.counter && one.heading == other.heading && one.end == other.end
      && one.body.indices.allSatisfy { one.body[$0] == other.body[$0] }
  }

  private static let headerSize = 12
  /// The coordinates of food where there is none.
  private static let nowhere: UInt8 = 255

  /// How to read a recorded state.
  package static let fields: [Field] = {
    func field(_ name: String, _ type: String, _ offset: Int, _ text: String) -> Field {
      Field("state", name, type: type, offset: offset, count: 1, text)
    }
    return [
      field("head_x", "uint8", 0, "column of the head, from 0 at the left"),
      field("head_y", "uint8", 1, "row of the head, from 0 at the top"),
      field("heading", "uint8", 2, "0 right, 1 down, 2 left, 3 up"),
      field("end", "uint8", 3, "0 alive, 1 hit the wall, 2 bit itself, 3 too slow, 4 board full"),
      field("food_x", "uint8", 4, "column of the food; 255: none"),
      field("food_y", "uint8", 5, "row of the food; 255: none"),
      field("length", "uint16", 6, "segments, head included"),
      field("counter", "uint32", 8, "steps of this game"),
      Field(
        "state", "body", type: "uint8", offset: headerSize, count: 192,
        "for each segment behind the head 2 bits, lowest first: the way, as in heading, to the"
          + " segment before it; as many bytes as the length needs"),
    ]
  }()

  package var bytes: [UInt8] {
    let bodySize = (Int(length) + 2) / 4
    return [UInt8](unsafeUninitializedCapacity: Self.headerSize + bodySize) { bytes, count in
      let place = Snake.place(Int(head))
      bytes[0] = UInt8(place.x)
      bytes[1] = UInt8(place.y)
      bytes[2] = heading
      bytes[3] = end.rawValue
      bytes[4] = food < 0 ? Self.nowhere : UInt8(food & 31)
      bytes[5] = food < 0 ? Self.nowhere : UInt8(food >> 5)
      for index in 0..<2 { bytes[6 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
      for index in 0..<4 { bytes[8 + index] = UInt8(truncatingIfNeeded: counter >> (8 * index)) }
      for index in 0..<bodySize {
        let word = body[index >> 3] >> (UInt64(index & 7) * 8)
        bytes[Self.headerSize + index] = UInt8(truncatingIfNeeded: word)
      }
      count = Self.headerSize + bodySize
    }
  }

  package init?(bytes: [UInt8]) {
    guard bytes.count > Self.headerSize, Int(bytes[0]) < Snake.columns, Int(bytes[1]) < Snake.rows,
      bytes[2] < 4, let end = SnakeEnd(rawValue: bytes[3])
    else { return nil }
    let length = Int(bytes[6]) | Int(bytes[7]) << 8
    guard (2...Snake.columns * Snake.rows).contains(length),
      bytes.count == Self.headerSize + (length + 2) / 4
    else { return nil }
    self.init(
      head: Int(bytes[1]) * Snake.columns + Int(bytes[0]), heading: Int(bytes[2]), length: 1)
    self.end = end
    self.length = UInt16(length)
    counter = bytes[8..<12].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    for (index, byte) in bytes[Self.headerSize...].enumerated() {
      body[index >> 3] |= UInt64(byte) << (UInt64(index & 7) * 8)
    }
    // A snake stays on the board, never crosses itself, and ends where its length says.
    for index in 0..<length - 1 {
      guard let cell = Snake.neighbour(of: Int(tail), way(index) ^ 2), !isCovered(cell) else {
        return nil
      }
      cover(cell)
      tail = Int16(cell)
    }
    for index in length - 1..<(length + 2) / 4 * 4 where way(index) != 0 { return nil }
    let (x, y) = (Int(bytes[4]), Int(bytes[5]))
    if bytes[4] == Self.nowhere, bytes[5] == Self.nowhere { return }
    guard x < Snake.columns, y < Snake.rows, !isCovered(y * Snake.columns + x) else { return nil }
    food = Int16(y * Snake.columns + x)
  }
}
