import Rollouts

extension Breakout {
  /// How a frame is cut into patches, for a learner who sees it so.
  package var patches: BreakoutPatches {
    BreakoutPatches(board, rows: rules.patchRows, columns: rules.patchColumns)
  }

  /// How many characters `tokens` writes: 1943 on the published board, where they are its text.
  package var tokenCount: Int { sequence.count }

  /// Writes a frame's character codes: its text, lines divided by newlines, or with
  /// `observation=patches` patch after patch, each line by line, blank beyond the board's edge.
  ///
  /// The text's beginning is the same in most frames: bricks come before the ball on its way.
  package func tokens(_ state: BreakoutState, into values: UnsafeMutableBufferPointer<UInt8>) {
    sequence.write(state, into: values)
  }

  /// A frame as text, as it was published.
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
        "lives",
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
    rules.observation == .features ? 8 + board.brickColumns + board.brickRows : tokenCount
  }

  /// Writes what a learner sees in a state: features within ±1, or codes divided by 255.
  package func observe(_ state: BreakoutState, into values: UnsafeMutableBufferPointer<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    if rules.observation == .features { return observeFeatures(state, into: values) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: tokenCount) { codes in
      tokens(state, into: codes)
      for index in codes.indices { values[index] = Float(codes[index]) / 255 }
    }
  }

  private func observeFeatures(
    _ state: BreakoutState, into values: UnsafeMutableBufferPointer<Float>
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
    let (columns, rows) = (8, 8 + board.brickColumns)
    for index in columns..<rows + board.brickRows { values[index] = 0 }
    var bricks = state.bricks
    while bricks != 0 {
      let brick = bricks.trailingZeroBitCount
      bricks &= bricks &- 1
      values[columns + brick % board.brickColumns] += 1 / Float(board.brickRows)
      values[rows + brick / board.brickColumns] += 1 / Float(board.brickColumns)
    }
  }
}
