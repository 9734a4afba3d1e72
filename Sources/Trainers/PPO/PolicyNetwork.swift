package import Neural
package import Platform
package import Rollouts

/// A policy network and a value network in one slab of parameters.
package struct PolicyNetwork: Sendable, Equatable {
  /// The network between an observation and the head.
  package enum Body: Sendable, Equatable {
    /// Two networks that share only their observations.
    case mlp(policy: MLP, value: MLP)
    /// A transformer that reads letters.
    case gpt(GPTPolicy)
  }

  package let body: Body
  package let head: PolicyHead
  package let layout: ParameterLayout
  /// How many numbers an observation and the policy's output have.
  package let inputs: Int
  package let outputs: Int

  static let deviationName = "log_std"

  /// Two networks with the usual initialization for policy gradients: orthogonal, with a nearly
  /// uniform policy.
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

  /// How many numbers an action has.
  package var actionWidth: Int { head.actionWidth(outputs: outputs) }

  /// The best number of observations to process at once: a transformer's many numbers for each
  /// should stay in the processor's caches.
  package var batch: Int {
    switch body {
    case .mlp: .max
    case .gpt(let policy): max(1, 480 / policy.letters.places)
    }
  }

  /// A workspace for a number of rows. If rows are consecutive frames, as in worlds that are
  /// played, a pool reads them.
  package func workspace(rows: Int, pool: ThreadPool? = nil) -> PolicyWorkspace {
    PolicyWorkspace(self, rows: rows, pool: pool)
  }
}

extension PolicyNetwork {
  /// The network for some settings and a world.
  package init<W: ObservableWorld>(_ settings: PPOConfiguration, _ world: W) throws(SettingError) {
    guard settings.policy == .gpt else {
      self.init(
        inputs: world.observationCount, actions: world.actionSpace, hidden: settings.hidden,
        activation: settings.activation, logDeviation: settings.logDeviation)
      return
    }
    guard let letters = world.letters, case .discrete(let actions) = world.actionSpace else {
      throw SettingError(
        "a GPT reads letters, but \(world.description.name) shows numbers; Breakout shows letters"
          + " with observation=patches and observation=characters")
    }
    self.init(settings.size, letters: letters, actions: actions)
  }

  /// Whether frames are read letter by letter.
  var isRead: Bool {
    if case .gpt = body { return true }
    return false
  }

  /// A checkpoint's description of the network, in addition to its tensors.
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

  /// The network of a checkpoint, from its description and its tensors' shapes.
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
      throw SafetensorsError("the checkpoint does not name its activation")
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
        throw SafetensorsError("tensor \(name) is not a matrix")
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
      mixed: try rows("mix.weight")[0],
      guessesPlaces: file.tensors.contains { $0.name == "place_head.weight" })
    self.init(size, letters: letters, actions: try rows("policy_head.weight")[0])
  }
}
