package import Neural
package import Platform
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
  /// How many numbers an observation has, and the policy's output.
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

  /// A workspace for a number of rows. Where rows are frames that follow each other, as in worlds that
  /// are played, a pool reads them.
  package func workspace(rows: Int, pool: ThreadPool? = nil) -> PolicyWorkspace {
    PolicyWorkspace(self, rows: rows, pool: pool)
  }
}

/// Rows of observations on their way through a policy network, and back.
package struct PolicyWorkspace: Sendable {
  package let network: PolicyNetwork
  package var activations: Activations
  /// The policy's output for each row, and the row's value.
  package let policy: Rows
  package let value: Rows
  private let body: Body

  private enum Body: Sendable {
    case mlp(policy: MLP.Buffers, value: MLP.Buffers)
    case batch(GPTPolicy.Buffers)
    case readers([FrameReader], ThreadPool)
  }

  private let table: SymbolTable?
  private var symbols: [Int] = []

  init(_ network: PolicyNetwork, rows: Int, pool: ThreadPool?) {
    self.network = network
    switch (network.body, pool) {
    case (.mlp(let policyNet, let valueNet), _):
      activations = Activations(rows: rows)
      let policyBuffers = policyNet.buffers(in: &activations)
      let valueBuffers = valueNet.buffers(in: &activations, from: policyBuffers.input)
      (policy, value) = (policyBuffers.output, valueBuffers.output)
      body = .mlp(policy: policyBuffers, value: valueBuffers)
      table = nil
    case (.gpt(let gpt), nil):
      activations = Activations(rows: rows * gpt.letters.places)
      let buffers = gpt.buffers(in: &activations)
      (policy, value) = (buffers.policy, buffers.value)
      body = .batch(buffers)
      table = SymbolTable(gpt.letters)
    case (.gpt(let gpt), let pool?):
      activations = Activations(rows: rows)
      policy = activations.add(width: network.outputs, dense: true)
      value = activations.add(width: 1, dense: true)
      body = .readers((0..<rows).map { _ in FrameReader(gpt) }, pool)
      table = SymbolTable(gpt.letters)
    }
  }

  /// Takes rows of observations from `source`, beginning at some places.
  package mutating func load(_ source: [Float], from starts: [Int], rows count: Int) {
    if case .mlp(let buffers, _) = body {
      activations.gather(from: starts, rows: count, of: source, into: buffers.input)
    } else if let table {
      let size = network.inputs
      if symbols.count != count * size { symbols = [Int](repeating: 0, count: count * size) }
      for row in 0..<count {
        table.read(source, from: starts[row], into: &symbols, at: row * size)
      }
    }
  }

  /// Computes the policy's outputs and the values of the rows.
  package mutating func forward(rows count: Int, _ parameters: Parameters) {
    forwardPolicy(rows: count, parameters)
    if case .mlp = body { forwardValue(rows: count, parameters) }
  }

  /// Computes the policy's outputs; a transformer's values come with them.
  private mutating func forwardPolicy(rows count: Int, _ parameters: Parameters) {
    switch (body, network.body) {
    case (.mlp(let buffers, _), .mlp(let net, _)):
      net.forward(buffers, rows: count, parameters, &activations)
    case (.batch(let buffers), .gpt(let gpt)):
      gpt.forward(buffers, symbols, parameters, &activations)
    case (.readers(let readers, let pool), _):
      let (symbols, size) = (symbols, network.inputs)
      if count == 1 {
        readers[0].read(symbols, from: 0, pool: pool, parameters)
      } else {
        pool.run(count) { readers[$0].read(symbols, from: $0 * size, parameters) }
      }
      for row in 0..<count {
        for (column, logit) in readers[row].logits.enumerated() {
          activations[policy, row, column] = logit
        }
        activations[value, row, 0] = readers[row].value
      }
    default: preconditionFailure("a workspace is of its network's kind")
    }
  }

  /// Computes the values of the rows.
  mutating func forwardValue(rows count: Int, _ parameters: Parameters) {
    guard case .mlp(_, let buffers) = body, case .mlp(_, let net) = network.body else {
      return forwardPolicy(rows: count, parameters)
    }
    net.forward(buffers, rows: count, parameters, &activations)
  }

  /// The value of a row.
  package func value(of row: Int) -> Float { activations[value, row, 0] }

  /// What each layer of an MLP's policy made of a row, behind its activation; none of a transformer.
  func units(of row: Int) -> [[Float]] {
    guard case .mlp(let buffers, _) = body, case .mlp(let net, _) = network.body else { return [] }
    return net.units(buffers, row: row, activations)
  }

  /// How much of its attention a transformer's last place gave to each place of a row, by layer and head;
  /// nil where nothing is read.
  func shares(of row: Int) -> [[[Float]]]? {
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
    case (.mlp(let policyBuffers, let valueBuffers), .mlp(let policy, let value)):
      policy.backward(policyBuffers, rows: count, parameters, into: &gradients, &activations)
      value.backward(valueBuffers, rows: count, parameters, into: &gradients, &activations)
    case (.batch(let buffers), .gpt(let gpt)):
      gpt.backward(buffers, symbols, parameters, into: &gradients, &activations)
    default: preconditionFailure("a workspace that only reads learns nothing")
    }
  }
}

extension PolicyNetwork {
  /// The network that settings ask for, to act in a world.
  package init<W: ObservableWorld>(_ settings: PPOConfiguration, _ world: W) throws(SettingError) {
    guard settings.policy == .gpt else {
      self.init(
        inputs: world.observationCount, actions: world.actionSpace, hidden: settings.hidden,
        activation: settings.activation, logDeviation: settings.logDeviation)
      return
    }
    guard let letters = world.letters, case .discrete(let actions) = world.actionSpace else {
      throw SettingError(
        "a GPT reads letters, and \(world.description.name) shows numbers; Breakout shows letters"
          + " with observation=patches and observation=characters")
    }
    self.init(settings.size, letters: letters, actions: actions)
  }

  /// Whether frames are read letter by letter.
  var isRead: Bool {
    if case .gpt = body { return true }
    return false
  }

  /// What a checkpoint holds of the network beside its tensors.
  func description(_ settings: PPOConfiguration) -> JSON {
    switch body {
    case .mlp: ["kind": "mlp", "activation": .string(settings.activation.rawValue)]
    case .gpt(let gpt):
      [
        "kind": "gpt", "layers": .integer(gpt.gpt.shape.layers),
        "heads": .integer(gpt.gpt.shape.heads), "places": .integer(gpt.letters.places),
        "across": .integer(gpt.letters.across), "each": .integer(gpt.letters.each),
        "columns": .integer(gpt.letters.columns),
        "alphabet": .array(gpt.letters.alphabet.map { .integer(Int($0)) }),
      ]
    }
  }

  /// The network of a checkpoint, from its description and from its tensors' shapes.
  init(_ state: JSON, _ file: Safetensors) throws {
    let network = state["network"]
    switch network?["kind"]?.text {
    case "mlp"?: try self.init(mlp: network ?? .null, file)
    case "gpt"?: try self.init(gpt: network ?? .null, file)
    default: throw SafetensorsError("the checkpoint does not say what kind of network it holds")
    }
  }

  private init(mlp description: JSON, _ file: Safetensors) throws {
    guard let activation = description["activation"]?.text.flatMap(Activation.init(rawValue:))
    else {
      throw SafetensorsError("the checkpoint does not say what stands between its layers")
    }
    var widths = try MLP.widths("policy.", in: file)
    let outputs = widths.removeLast()
    let isReal = file.tensors.contains { $0.name == Self.deviationName }
    self.init(
      inputs: widths[0], actions: isReal ? .continuous(outputs) : .discrete(outputs),
      hidden: Array(widths.dropFirst()), activation: activation)
  }

  private init(gpt description: JSON, _ file: Safetensors) throws {
    guard let layers = description["layers"]?.int, let heads = description["heads"]?.int,
      let places = description["places"]?.int, let across = description["across"]?.int,
      let each = description["each"]?.int, let columns = description["columns"]?.int,
      case .array(let codes)? = description["alphabet"]
    else { throw SafetensorsError("the checkpoint does not say how large its GPT is") }
    let alphabet = codes.compactMap { $0.int.flatMap(UInt8.init(exactly:)) }
    func rows(_ name: String) throws -> [Int] {
      let shape = try file.tensor(name).shape
      guard shape.count == 2, shape.allSatisfy({ 1...65536 ~= $0 }) else {
        throw SafetensorsError("tensor \(name) is no matrix")
      }
      return shape
    }
    let table = try rows("transformer.wte.weight")
    let inner = try rows("transformer.h.0.mlp.c_fc.weight")[0]
    let letters = LetterSequence(
      places: places, across: across, each: each, columns: columns, alphabet: alphabet)
    guard 1...48 ~= layers, 1...table[1] ~= heads, table[1] % heads == 0, 1...65536 ~= places,
      1...65536 ~= each, 1...places ~= across, 1...each ~= columns, alphabet.count == codes.count,
      letters.symbols == table[0],
      try rows("transformer.wpe.weight")[0] == places + 1
    else { throw SafetensorsError("the checkpoint's GPT does not fit its tensors") }
    let size = GPTPolicy.Size(
      layers: layers, heads: heads, width: table[1], inner: inner,
      mixed: try rows("mix.weight")[0])
    self.init(size, letters: letters, actions: try rows("policy_head.weight")[0])
  }
}
