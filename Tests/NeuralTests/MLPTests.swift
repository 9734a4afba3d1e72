import Neural
import Testing

struct MLPTests {
  @Test func `an MLP learns exclusive or`() {
    var layout = ParameterLayout()
    let net = MLP(widths: [2, 8, 1], activation: .relu, to: &layout)
    var parameters = Parameters(layout, seed: 3)
    var gradients = Parameters(zeros: layout)
    var memory = Activations(rows: 4)
    let path = net.path(in: &memory)
    var adam = Adam(layout)
    memory.fill(path.input, with: [0, 0, 0, 1, 1, 0, 1, 1], rows: 4)
    var loss = 1.0
    for _ in 0..<2000 {
      net.forward(path, rows: 4, parameters, &memory)
      loss = SmoothL1().mean(path.output, rows: 4, targets: [0, 1, 1, 0], &memory)
      gradients.clear()
      net.backward(path, rows: 4, parameters, into: &gradients, &memory)
      adam.step(&parameters, gradients, rate: 0.01)
    }
    #expect(loss < 1e-6)
  }
}
