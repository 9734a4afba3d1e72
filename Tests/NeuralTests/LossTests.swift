import Neural
import Rollouts
import Testing

struct LossTests {
  /// The outputs of a case, laid out with or without gaps.
  static func outputs(_ known: JSON, dense: Bool) throws -> (Activations, Rows, Int) {
    let shape = try #require(known["shape"]?.list).compactMap(\.int)
    var activations = Activations(rows: shape[0])
    let y = activations.add(width: shape[1], dense: dense)
    activations.fill(y, with: try known.floats("y"), rows: shape[0])
    return (activations, y, shape[0])
  }

  static func expect(
    _ known: JSON, _ loss: Double, _ activations: Activations, _ y: Rows, _ rows: Int
  ) throws {
    expectClose([Float(loss)], [Float(try #require(known["loss"]?.double))], within: 1e-6, "loss")
    expectClose(activations.gradients(y, rows), try known.floats("dy"), within: 1e-6, "dy")
  }

  @Test(arguments: [("smooth l1", Float(1)), ("smooth l1 beta 0.3", 0.3), ("smooth l1 beta 0", 0)])
  func `the smooth L1 loss is PyTorch's`(name: String, beta: Float) throws {
    let known = try Reference.of(name)
    for dense in [true, false] {
      var (activations, y, rows) = try Self.outputs(known, dense: dense)
      let loss = SmoothL1(beta: beta).mean(
        y, rows: rows, targets: try known.floats("target"), &activations)
      try Self.expect(known, loss, activations, y, rows)
    }
  }

  @Test func `the squared error is PyTorch's`() throws {
    let known = try Reference.of("squared error")
    for dense in [true, false] {
      var (activations, y, rows) = try Self.outputs(known, dense: dense)
      let loss = SquaredError().mean(
        y, rows: rows, targets: try known.floats("target"), &activations)
      try Self.expect(known, loss, activations, y, rows)
    }
  }

  @Test func `with one chosen output per row, the others have no gradient`() throws {
    let known = try Reference.of("smooth l1 chosen")
    var (activations, y, rows) = try Self.outputs(known, dense: true)
    let choices = try #require(known["choices"]?.list).compactMap(\.int)
    let loss = SmoothL1().mean(
      y, rows: rows, choosing: choices, targets: try known.floats("target"), &activations)
    try Self.expect(known, loss, activations, y, rows)
  }

  @Test(arguments: ["cross entropy", "cross entropy ignoring"])
  func `the cross entropy is PyTorch's`(name: String) throws {
    let known = try Reference.of(name)
    var (activations, y, rows) = try Self.outputs(known, dense: false)
    let targets = try #require(known["target"]?.list).compactMap(\.int).map { $0 < 0 ? nil : $0 }
    let loss = CrossEntropy().mean(y, rows: rows, targets: targets, &activations)
    try Self.expect(known, loss, activations, y, rows)
  }

  @Test func `the gradients of losses equal the slopes that small steps measure`() {
    typealias Loss = (Rows, inout Activations) -> Double
    let targets = noise(15, 2)
    let losses: [(String, Loss)] = [
      ("smooth L1", { SmoothL1(beta: 0.4).mean($0, rows: 5, targets: targets, &$1) }),
      (
        "chosen",
        { SmoothL1().mean($0, rows: 5, choosing: [0, 2, 1, 1, 0], targets: targets, &$1) }
      ),
      ("squared", { SquaredError().mean($0, rows: 5, targets: targets, &$1) }),
      (
        "chosen squared",
        { SquaredError().mean($0, rows: 5, choosing: [2, 0, 1, 2, 1], targets: targets, &$1) }
      ),
      ("cross entropy", { CrossEntropy().mean($0, rows: 5, targets: [0, 2, nil, 1, 0], &$1) }),
    ]
    for (name, loss) in losses {
      var activations = Activations(rows: 5)
      let y = activations.add(width: 3)
      let start = noise(15, 3)
      let slopes = start.indices.map { index in
        let sides = [Float(0.01), -0.01].map { step in
          var moved = start
          moved[index] += step
          activations.fill(y, with: moved, rows: 5)
          return loss(y, &activations)
        }
        return Float((sides[0] - sides[1]) / 0.02)
      }
      activations.fill(y, with: start, rows: 5)
      _ = loss(y, &activations)
      expectClose(activations.gradients(y, 5), slopes, within: 1e-3, name)
    }
  }

  @Test func `losses over many rows lose no precision, and do not hide NaN`() {
    let count = 20_000
    let (y0, targets) = (noise(count, 4).map { $0 * 3 }, noise(count, 5))
    var activations = Activations(rows: count)
    let y = activations.add(width: 1, dense: true)
    activations.fill(y, with: y0, rows: count)
    let exact =
      zip(y0, targets).reduce(0.0) {
        let d = abs(Double($1.0) - Double($1.1))
        return $0 + (d < 1 ? d * d / 2 : d - 0.5)
      } / Double(count)
    let loss = SmoothL1().mean(y, rows: count, targets: targets, &activations)
    #expect(abs(loss - exact) < 1e-6)
    activations[y, 17, 0] = .nan
    #expect(SmoothL1().mean(y, rows: count, targets: targets, &activations).isNaN)
    #expect(activations[gradient: y, 17, 0].isNaN)
    #expect(SquaredError().mean(y, rows: count, targets: targets, &activations).isNaN)
    let chosen = [Int](repeating: 0, count: count)
    #expect(
      SmoothL1().mean(y, rows: count, choosing: chosen, targets: targets, &activations).isNaN)
  }
}
