package import Neural
package import Rollouts

/// A policy and a value beside it, in one slab of parameters.
package struct PolicyNetwork: Sendable, Equatable {
  /// What stands between an observation and the numbers for the head.
  package enum Body: Sendable, Equatable {
    /// Two networks that share nothing but what they see.
    case mlp(policy: MLP, value: MLP)
    /// One that reads letters.
    case gpt(GPTPolicy)
  }

  package let body: Body
  package let head: PolicyHead
  package let layout: ParameterLayout
  /// How many numbers are seen, and how many the policy says.
  package let inputs: Int
  package let outputs: Int

  static let deviationName = "log_std"

  /// Two networks with the usual start of policy gradients: orthogonal, the policy almost indifferent.
  package init(
    inputs: Int, actions: ActionSpace, hidden: [Int], activation: Activation,
    logDeviation: Double = 0
  ) {
    var layout = ParameterLayout()
    func net(_ name: String, _ outputs: Int, last: Double) -> MLP {
      MLP(
        name, widths: [inputs] + hidden + [outputs], activation: activation,
        start: .orthogonal(gain: 2.0.squareRoot(), last: last), to: &layout)
    }
    switch actions {
    case .discrete(let count): outputs = count
    case .continuous(let count): outputs = count
    }
    let policy = net("policy.", outputs, last: 0.01)
    head = Self.head(actions, logDeviation, to: &layout)
    body = .mlp(policy: policy, value: net("value.", 1, last: 1))
    self.layout = layout
    self.inputs = inputs
  }

  /// A transformer over letters.
  package init(_ size: GPTPolicy.Size, letters: LetterSequence, actions: Int) {
    var layout = ParameterLayout()
    body = .gpt(GPTPolicy(size, letters: letters, outputs: actions, to: &layout))
    head = .categorical
    self.layout = layout
    inputs = letters.places * letters.each
    outputs = actions
  }

  private static func head(
    _ actions: ActionSpace, _ logDeviation: Double, to layout: inout ParameterLayout
  ) -> PolicyHead {
    guard case .continuous(let count) = actions else { return .categorical }
    return .gaussian(
      logDeviations: layout.add(
        deviationName, [count], .constant(Float(logDeviation)), decays: false))
  }

  /// How many numbers an action is.
  package var actionWidth: Int { head.actionWidth(outputs: outputs) }

  /// How many observations are best learned from at once: a transformer's many numbers for each should
  /// stay in the processor's caches.
  package var batch: Int {
    switch body {
    case .mlp: .max
    case .gpt(let policy): max(1, 480 / policy.letters.places)
    }
  }

  /// A place to work at, for so many rows. Where rows are frames that follow each other, as in worlds that
  /// are played, a crew reads them.
  package func desk(rows: Int, crew: Crew? = nil) -> PolicyDesk {
    PolicyDesk(self, rows: rows, crew: crew)
  }
}

/// Where a policy network works: rows of observations, and what it makes of them.
package struct PolicyDesk: Sendable {
  package let network: PolicyNetwork
  package var memory: Activations
  /// What the policy says of each row, and what the row is worth.
  package let policy: Rows
  package let value: Rows
  private let body: Body

  private enum Body: Sendable {
    case mlp(policy: MLP.Path, value: MLP.Path)
    case batch(GPTPolicy.Path)
    case readers([FrameReader], Crew)
  }

  private let table: SymbolTable?
  private var symbols: [Int] = []

  init(_ network: PolicyNetwork, rows: Int, crew: Crew?) {
    self.network = network
    switch (network.body, crew) {
    case (.mlp(let policyNet, let valueNet), _):
      memory = Activations(rows: rows)
      let policyPath = policyNet.path(in: &memory)
      let valuePath = valueNet.path(in: &memory, from: policyPath.input)
      (policy, value) = (policyPath.output, valuePath.output)
      body = .mlp(policy: policyPath, value: valuePath)
      table = nil
    case (.gpt(let gpt), nil):
      memory = Activations(rows: rows * gpt.letters.places)
      let path = gpt.path(in: &memory)
      (policy, value) = (path.policy, path.value)
      body = .batch(path)
      table = SymbolTable(gpt.letters)
    case (.gpt(let gpt), let crew?):
      memory = Activations(rows: rows)
      policy = memory.add(width: network.outputs, dense: true)
      value = memory.add(width: 1, dense: true)
      body = .readers((0..<rows).map { _ in FrameReader(gpt) }, crew)
      table = SymbolTable(gpt.letters)
    }
  }

  /// Takes rows of observations from `source`, beginning at some places.
  package mutating func look(at source: [Float], from starts: [Int], rows count: Int) {
    if case .mlp(let path, _) = body {
      memory.gather(from: starts, rows: count, of: source, into: path.input)
    } else if let table {
      let size = network.inputs
      if symbols.count != count * size { symbols = [Int](repeating: 0, count: count * size) }
      for row in 0..<count {
        table.read(source, from: starts[row], into: &symbols, at: row * size)
      }
    }
  }

  /// What is said of the rows, and what they are worth.
  package mutating func judge(rows count: Int, _ parameters: Parameters) {
    decide(rows: count, parameters)
    if case .mlp = body { value(rows: count, parameters) }
  }

  /// What the policy says of the rows.
  mutating func decide(rows count: Int, _ parameters: Parameters) {
    switch (body, network.body) {
    case (.mlp(let path, _), .mlp(let net, _)):
      net.forward(path, rows: count, parameters, &memory)
    case (.batch(let path), .gpt(let gpt)): gpt.forward(path, symbols, parameters, &memory)
    case (.readers(let readers, let crew), _):
      let (symbols, size) = (symbols, network.inputs)
      if count == 1 {
        readers[0].read(symbols, from: 0, crew: crew, parameters)
      } else {
        crew.run(count) { readers[$0].read(symbols, from: $0 * size, parameters) }
      }
      for row in 0..<count {
        for (column, logit) in readers[row].logits.enumerated() {
          memory[policy, row, column] = logit
        }
        memory[value, row, 0] = readers[row].value
      }
    default: preconditionFailure("a desk is of its network's kind")
    }
  }

  /// What the rows are worth.
  mutating func value(rows count: Int, _ parameters: Parameters) {
    guard case .mlp(_, let path) = body, case .mlp(_, let net) = network.body else {
      return decide(rows: count, parameters)
    }
    net.forward(path, rows: count, parameters, &memory)
  }

  /// The value of a row.
  package func value(of row: Int) -> Float { memory[value, row, 0] }

  /// How much of its attention a transformer's last place gave to each place of a row, head by head;
  /// nil where nothing is read.
  func shares(of row: Int) -> [[Float]]? {
    guard case .readers(let readers, _) = body else { return nil }
    return readers[row].shares()
  }

  /// Forgets what was read before, as is needed when the parameters have changed.
  package func forget() {
    if case .readers(let readers, _) = body { for reader in readers { reader.forget() } }
  }

  /// From the gradients of both outputs, adds those of the parameters.
  package mutating func backward(
    rows count: Int, _ parameters: Parameters, into gradients: inout Parameters
  ) {
    switch (body, network.body) {
    case (.mlp(let policyPath, let valuePath), .mlp(let policy, let value)):
      policy.backward(policyPath, rows: count, parameters, into: &gradients, &memory)
      value.backward(valuePath, rows: count, parameters, into: &gradients, &memory)
    case (.batch(let path), .gpt(let gpt)):
      gpt.backward(path, symbols, parameters, into: &gradients, &memory)
    default: preconditionFailure("a desk that only reads learns nothing")
    }
  }
}
