import Neural
import Rollouts
import TestSupport
import Testing

struct ParametersTests {
  static func network(_ prefix: String = "") -> (MLP, ParameterLayout) {
    var layout = ParameterLayout()
    let net = MLP(prefix, widths: [3, 4, 2], to: &layout)
    return (net, layout)
  }

  @Test func `tensors are stored one after the other, under PyTorch's names`() {
    let layout = Self.network().1
    #expect(layout.entries.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
    #expect(layout.entries.map(\.shape) == [[4, 3], [4], [2, 4], [2]])
    #expect(layout.entries.map(\.range) == [0..<12, 12..<16, 16..<24, 24..<26])
    #expect(layout.count == 26)
  }

  @Test func `a network that PyTorch saved has the same output here`() throws {
    let file = try Safetensors(decoding: Repository.bytes("Tests/Reference/neural.safetensors"))
    let (net, layout) = Self.network()
    let parameters = try Parameters(layout, from: file)
    var activations = Activations(rows: 1)
    let buffers = net.buffers(in: &activations)
    activations.fill(buffers.input, with: try file.tensor("x").floats(), rows: 1)
    net.forward(buffers, rows: 1, parameters, &activations)
    expectClose(
      activations.rows(buffers.output, 1), try file.tensor("y").floats(), within: 1e-6, "y")
  }

  @Test func `a saved network has the bytes that the Python package reads`() throws {
    var parameters = Parameters(zeros: Self.network().1)
    parameters.values = parameters.values.indices.map { Float($0) / 8 - 1 }
    let bytes = parameters.encoded()
    #expect(bytes == (try Repository.bytes("Tests/Reference/reel.safetensors")))
    #expect(try Parameters(parameters.layout, decoding: bytes) == parameters)
  }

  @Test func `two networks share a file under their prefixes`() throws {
    let layout = Self.network().1
    let (one, other) = (Parameters(layout, seed: 1), Parameters(layout, seed: 2))
    let file = Safetensors(one.tensors(prefix: "policy.") + other.tensors(prefix: "value."))
    #expect(try Parameters(layout, from: file, prefix: "policy.") == one)
    #expect(try Parameters(layout, from: file, prefix: "value.") == other)
  }

  @Test func `a file that does not fit is refused with one sentence`() {
    let layout = Self.network().1
    var tensors = Parameters(layout, seed: 1).tensors()
    func sentence(_ tensors: [Tensor]) -> String? {
      do throws(SafetensorsError) {
        _ = try Parameters(layout, decoding: Safetensors(tensors).encoded())
        return nil
      } catch {
        return error.description
      }
    }
    #expect(sentence(tensors) == nil)
    #expect(sentence(Array(tensors.dropLast())) == "there is no tensor 2.bias")
    tensors[0].shape = [3, 4]
    #expect(
      sentence(tensors) == "tensor 0.weight has the shape [3, 4], but must have [4, 3]")
    tensors[0] = Tensor("0.weight", doubles: [Double](repeating: 0, count: 12), shape: [4, 3])
    #expect(sentence(tensors) == "tensor 0.weight is F64, not F32")
    tensors[0] = Tensor("0.weight", floats: [Float](repeating: .nan, count: 12), shape: [4, 3])
    #expect(sentence(tensors) == "tensor 0.weight contains NaN or infinity")
    #expect(throws: SafetensorsError.self) { try Parameters(layout, decoding: [1, 2, 3]) }
  }

  @Test func `initial parameters follow from the seed, tensor by tensor`() {
    let layout = Self.network().1
    #expect(Parameters(layout, seed: 1) == Parameters(layout, seed: 1))
    #expect(Parameters(layout, seed: 1).values != Parameters(layout, seed: 2).values)
    var other = ParameterLayout()
    _ = other.add("0.weight", [4, 3], .normal(deviation: 1))
    _ = other.add("0.bias", [4], .linear(inputs: 3))
    // Another way of drawing the first tensor changes nothing in the second.
    #expect(Parameters(other, seed: 1)["0.bias"] == Parameters(layout, seed: 1)["0.bias"])
  }

  @Test func `initial parameters have their intended distributions`() {
    var layout = ParameterLayout()
    _ = layout.add("even", [100, 300], .uniform(bound: 0.5))
    _ = layout.add("bell", [100, 300], .normal(deviation: 0.02))
    _ = layout.add("linear", [300, 25], .linear(inputs: 25))
    _ = layout.add("gain", [10], .constant(1))
    let parameters = Parameters(layout, seed: 4)
    func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (mean, (square / Double(values.count)).squareRoot())
    }
    let (even, bell) = (moments(parameters["even"]), moments(parameters["bell"]))
    #expect(abs(even.mean) < 0.01 && abs(even.deviation - 1 / 12.0.squareRoot()) < 0.005)
    #expect(parameters["even"].allSatisfy { abs($0) <= 0.5 })
    #expect(abs(bell.mean) < 0.0005 && abs(bell.deviation - 0.02) < 0.0005)
    let inner = parameters["bell"].count { abs($0) < 0.02 }
    #expect(abs(Double(inner) / 30_000 - 0.6827) < 0.01)
    #expect(parameters["linear"].allSatisfy { abs($0) <= 0.2 })
    #expect(parameters["gain"] == [Float](repeating: 1, count: 10))
  }

  @Test(arguments: [(8, 8), (5, 12), (12, 5), (1, 7), (64, 64)])
  func `an orthogonal matrix is orthogonal, times its gain`(rows: Int, columns: Int) {
    var layout = ParameterLayout()
    _ = layout.add("w", [rows, columns], .orthogonal(gain: 1.5))
    let w = Parameters(layout, seed: 9)["w"].map(Double.init)
    let (count, length) = (min(rows, columns), max(rows, columns))
    func vector(_ index: Int) -> [Double] {
      (0..<length).map { rows <= columns ? w[index * columns + $0] : w[$0 * columns + index] }
    }
    for one in 0..<count {
      for other in 0...one {
        let product = zip(vector(one), vector(other)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (one == other ? 2.25 : 0)) < 1e-6)
      }
    }
  }

  @Test func `slabs can be added, scaled and cleared`() {
    let layout = Self.network().1
    var (one, other) = (Parameters(layout, seed: 1), Parameters(layout, seed: 2))
    let sum = zip(one.values, other.values).map { $0 + $1 }
    one.add(other)
    #expect(one.values == sum)
    other.scale(by: 0.5)
    #expect(other.values == Parameters(layout, seed: 2).values.map { $0 * 0.5 })
    other.clear()
    #expect(other == Parameters(zeros: layout))
  }
}
