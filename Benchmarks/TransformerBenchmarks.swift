import Neural
import Rollouts

extension Benchmark {
  /// Transformers.
  static let transformer: [Benchmark] = [
    .cost("GPT forward, 1943 tokens, 6 × 6 × 96", "ms", atMost: 120) {
      var layout = ParameterLayout()
      let gpt = GPT(
        GPTShape(vocabulary: 256, context: 1944, layers: 6, heads: 6, width: 96, inner: 96),
        to: &layout)
      var memory = Activations(rows: 1943)
      let path = gpt.path(in: &memory)
      let parameters = Parameters(layout, seed: 1)
      let tokens = (0..<1943).map { $0 * 7919 % 256 }
      let start = seconds()
      for _ in 0..<3 { gpt.forward(path, tokens, length: 1943, parameters, &memory) }
      return (seconds() - start) / 3 * 1000
    }
  ]
}
