package import Rollouts

/// A game of Breakout: everything that changes, in one value without heap memory.
package struct BreakoutState: Sendable, Equatable {
  /// The remaining bricks, one bit each: the rows from the top, each from the left, lowest bits
  /// first.
  package var bricks: UInt128
  /// The ball's column, from 0 at the left.
  package var x: UInt8
  /// The ball's row, from 0 at the top.
  package var y: UInt8
  /// The ball's horizontal direction: 1 to the right, −1 to the left.
  package var dx: Int8
  /// The ball's vertical direction: 1 down, −1 up.
  package var dy: Int8
  /// The column of the paddle's left end.
  package var paddle: UInt8
  /// How many balls are left, including the one in play.
  package var lives: UInt8

  /// A game in the middle of play.
  package init(x: Int, y: Int, dx: Int, dy: Int, paddle: Int, lives: Int, bricks: UInt128) {
    self.x = UInt8(x)
    self.y = UInt8(y)
    self.dx = Int8(dx)
    self.dy = Int8(dy)
    self.paddle = UInt8(paddle)
    self.lives = UInt8(lives)
    self.bricks = bricks
  }

  /// Whether no step can follow, because no ball or no brick is left.
  package var isOver: Bool { lives == 0 || bricks == 0 }
  /// How many bricks are left.
  package var brickCount: Int { bricks.nonzeroBitCount }
  /// Whether a brick is left.
  package func isStanding(_ brick: Int) -> Bool { bricks >> UInt128(brick) & 1 == 1 }
}

extension BreakoutState: RecordedState {
  private static let headerSize = 6
  private static let mostBytes = BreakoutBoard.mostBricks / 8

  /// How to read a recorded state.
  package static let fields: [Field] = {
    func field(_ name: String, _ type: String, _ offset: Int, _ text: String) -> Field {
      Field("state", name, type: type, offset: offset, count: 1, text)
    }
    return [
      field("ball_x", "uint8", 0, "column of the ball, from 0 at the left"),
      field("ball_y", "uint8", 1, "row of the ball, from 0 at the top"),
      field("ball_dx", "int8", 2, "1: the ball goes to the right, -1: to the left"),
      field("ball_dy", "int8", 3, "1: the ball goes down, -1: up"),
      field("paddle", "uint8", 4, "column of the paddle's left end"),
      field("lives", "uint8", 5, "balls left, the one in play included"),
      Field(
        "state", "bricks", type: "uint8", offset: headerSize, count: mostBytes,
        "a bit for each brick that stands, lowest first: the rows from the top, each from the left;"
          + " without the zero bytes at the end"),
    ]
  }()

  package var bytes: [UInt8] {
    // Bricks are mostly lost from the bottom, so the blob gets shorter.
    let bodySize = Self.mostBytes - bricks.leadingZeroBitCount / 8
    return [UInt8](unsafeUninitializedCapacity: Self.headerSize + bodySize) { bytes, count in
      bytes[0] = x
      bytes[1] = y
      bytes[2] = UInt8(bitPattern: dx)
      bytes[3] = UInt8(bitPattern: dy)
      bytes[4] = paddle
      bytes[5] = lives
      var rest = bricks
      for index in 0..<bodySize {
        bytes[Self.headerSize + index] = UInt8(truncatingIfNeeded: rest)
        rest >>= 8
      }
      count = Self.headerSize + bodySize
    }
  }

  package init?(bytes: [UInt8]) {
    guard (Self.headerSize...Self.headerSize + Self.mostBytes).contains(bytes.count) else {
      return nil
    }
    let header = Array(bytes.prefix(Self.headerSize))
    let body = bytes.dropFirst(Self.headerSize)
    var bricks: UInt128 = 0
    var (shift, last) = (UInt128(0), UInt8(1))
    for byte in body {
      bricks |= UInt128(byte) << shift
      (shift, last) = (shift + 8, byte)
    }
    let ways: Set<UInt8> = [1, 255]
    // Equal states have equal bytes, so a last byte of zero is never written.
    guard ways.contains(header[2]), ways.contains(header[3]), last != 0 else { return nil }
    self.bricks = bricks
    (x, y) = (header[0], header[1])
    (dx, dy) = (Int8(bitPattern: header[2]), Int8(bitPattern: header[3]))
    (paddle, lives) = (header[4], header[5])
  }
}
