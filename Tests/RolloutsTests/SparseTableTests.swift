import Rollouts
import Testing

@Suite struct SparseTableTests {
  private func table(learned: Int, illegal: Int = 0) -> QTable {
    var table = QTable(states: 30_000, actions: 4) { state, action in
      illegal == 0 || (state * 4 + action) % illegal != 0
    }
    var stream = Stream(seed: 3, purpose: .world)
    for _ in 0..<learned {
      let state = Int.random(in: 0..<table.states, using: &stream)
      let legal = (0..<4).filter { table.value(state, $0).isFinite }
      let action = legal[Int.random(in: 0..<legal.count, using: &stream)]
      table.update(
        state, action, reward: Double.random(in: -1...1, using: &stream), next: 0,
        terminated: true, alpha: 0.3, gamma: 0.9)
    }
    return table
  }

  @Test(arguments: [0, 1, 500, 8000], [0, 3])
  func `a large table is stored compactly, and is read back bit for bit`(
    learned: Int, illegal: Int
  ) throws {
    let whole = table(learned: learned, illegal: illegal).checkpoint(step: 7)
    let packed = whole.packed
    #expect(packed.kind == "qtable-sparse" && packed.step == 7)
    #expect(packed.parameters.count < whole.parameters.count / 3)
    #expect(try packed.unpacked() == whole)
    let made = table(learned: learned, illegal: illegal)
    #expect(made.packedCheckpoint(step: 7) == packed)
    #expect(packed.whole == (whole.kind, whole.parameters.count))
    #expect(try QTable(packed) == made)
    #expect(try QTable(packed.unpacked()) == table(learned: learned, illegal: illegal))
  }

  @Test func `small tables, full ones and other kinds stay as they are`() {
    let full = table(learned: 400_000).checkpoint(step: 0)
    #expect(full.packed == full)
    #expect(table(learned: 400_000).packedCheckpoint(step: 0) == full)
    let small = QTable(states: 16, actions: 4).checkpoint(step: 0)
    #expect(small.packed == small)
    var network = table(learned: 1).checkpoint(step: 0)
    network.kind = "dqn"
    #expect(network.packed == network)
  }

  @Test func `tensors that do not fit each other are refused`() throws {
    let packed = table(learned: 500).checkpoint(step: 0).packed
    let file = try Safetensors(decoding: packed.parameters)
    for name in ["shape", "index", "q", "visits", "illegal"] {
      var wrong = file
      let place = try #require(wrong.tensors.firstIndex { $0.name == name })
      wrong.tensors[place] = Tensor(name, words: [.max, .max, 7], shape: [3])
      var checkpoint = packed
      checkpoint.parameters = wrong.encoded()
      #expect(throws: SafetensorsError.self) { try checkpoint.unpacked() }
      wrong.tensors.remove(at: place)
      checkpoint.parameters = wrong.encoded()
      #expect(throws: SafetensorsError.self) { try checkpoint.unpacked() }
    }
  }
}
