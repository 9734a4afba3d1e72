package import Rollouts

extension Breakout {
  /// How a frame is cut into patches for a learner that sees patches.
  package var patches: BreakoutPatches {
    BreakoutPatches(board, rows: rules.patchRows, columns: rules.patchColumns)
  }

  /// How many characters `tokens` writes: 1943 on the published board, where they are its text.
  package var tokenCount: Int { sequence.count }

  /// Writes a frame's character codes. These are its text, with newlines between lines, or with
  /// `observation=patches` one patch after another, each line by line, with blanks beyond the
  /// board's edge.
  ///
  /// The text begins the same way in most frames, since bricks come before the moving ball.
  package func tokens(_ state: BreakoutState, into values: UnsafeMutableBufferPointer<UInt8>) {
    sequence.write(state, into: values)
  }

  /// A frame as the published text.
  package func text(_ state: BreakoutState) -> String {
    let letters = [UInt8](unsafeUninitializedCapacity: text.count) { letters, count in
      text.write(state, into: letters)
      count = text.count
    }
    return String(decoding: letters, as: UTF8.self)
  }

  /// The names of what a learner sees, in order.
  package var observationNames: [String] {
    switch rules.observation {
    case .features:
      return [
        "ball x", "ball y", "moving right", "moving down", "paddle", "offset", "near offset",
        "lives", "landing", "landing offset", "near landing offset",
      ] + (0..<board.brickColumns).map { "bricks in column \($0)" }
        + (0..<board.brickRows).map { "bricks in row \($0)" }
    case .characters:
      return (0..<tokenCount).map { "character \($0)" }
    case .patches:
      return (0..<tokenCount).map { "patch \($0 / patches.size) character \($0 % patches.size)" }
    }
  }

  /// How many numbers a learner sees.
  package var observationCount: Int {
    rules.observation == .features
      ? Self.ballFeatures + board.brickColumns + board.brickRows : tokenCount
  }

  /// How many features precede those of the bricks.
  private static let ballFeatures = 11

  /// The column in which the ball reaches the paddle's row, if no brick is in its way.
  package func landing(_ state: BreakoutState) -> Int {
    let y = Int(state.y)
    let steps = state.dy > 0 ? max(0, board.paddleRow - y) : y + board.paddleRow
    // The two walls act as mirrors: unfolded, the ball moves in a straight line.
    let (last, period) = (board.columns - 1, 2 * (board.columns - 1))
    let rest = (Int(state.x) + Int(state.dx) * steps) % period
    let place = rest < 0 ? rest + period : rest
    return place > last ? period - place : place
  }

  /// How the letters are arranged: single letters of any code, as published, or patches of the few
  /// letters that mean something, without blanks.
  package var letters: LetterSequence? {
    switch rules.observation {
    case .features: nil
    case .characters:
      LetterSequence(
        places: tokenCount, across: board.columns + 1, each: 1, alphabet: Array(0...255))
    case .patches:
      LetterSequence(
        places: patches.count, across: patches.across, each: patches.size,
        columns: patches.columns, alphabet: Array((rules.trail ? "#|_=Oo" : "#|_=O").utf8))
    }
  }

  /// Writes what a learner sees in a state: features within ±1, or codes divided by 255.
  package func observe(_ state: BreakoutState, into values: inout MutableSpan<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    if rules.observation == .features { return observeFeatures(state, into: &values) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: tokenCount) { codes in
      tokens(state, into: codes)
      for index in codes.indices { values[index] = Float(codes[index]) / 255 }
    }
  }

  private func observeFeatures(
    _ state: BreakoutState, into values: inout MutableSpan<Float>
  ) {
    func scaled(_ place: Float, _ last: Int) -> Float { 2 * place / Float(last) - 1 }
    let middle = Float(state.paddle) + Float(board.paddleWidth - 1) / 2
    let offset = Float(state.x) - middle
    values[0] = scaled(Float(state.x), board.columns - 1)
    values[1] = scaled(Float(state.y), board.rows - 1)
    values[2] = Float(state.dx)
    values[3] = Float(state.dy)
    values[4] = scaled(middle, board.columns - 1)
    values[5] = offset / Float(board.columns)
    values[6] = max(-1, min(1, offset / Float(board.paddleWidth)))
    values[7] = Float(state.lives) / Float(rules.lives)
    let landing = landing(state)
    let distance = Float(landing) - middle
    values[8] = scaled(Float(landing), board.columns - 1)
    values[9] = distance / Float(board.columns)
    values[10] = max(-1, min(1, distance / Float(board.paddleWidth)))
    let (columns, rows) = (Self.ballFeatures, Self.ballFeatures + board.brickColumns)
    // The bricks of each column, counted in the digits of one number.
    var counts: UInt64 = 0
    var bricks = state.bricks
    for row in 0..<board.brickRows {
      let line = UInt64(truncatingIfNeeded: bricks) & (1 << UInt64(board.brickColumns) - 1)
      bricks >>= UInt128(board.brickColumns)
      counts += Self.digits(line)
      values[rows + row] = Float(line.nonzeroBitCount) / Float(board.brickColumns)
    }
    for column in 0..<board.brickColumns {
      values[columns + column] = Float(counts >> UInt64(4 * column) & 15) / Float(board.brickRows)
    }
  }

  /// The lowest sixteen bits as hexadecimal digits.
  private static func digits(_ bits: UInt64) -> UInt64 {
    var digits = bits
    digits = (digits | digits << 24) & 0x0000_00FF_0000_00FF
    digits = (digits | digits << 12) & 0x000F_000F_000F_000F
    digits = (digits | digits << 6) & 0x0303_0303_0303_0303
    return (digits | digits << 3) & 0x1111_1111_1111_1111
  }
}
