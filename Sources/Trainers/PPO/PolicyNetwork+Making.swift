import Neural
package import Rollouts

extension PolicyNetwork {
  /// The network that settings ask for, to act in a world.
  package init<W: SeenWorld>(_ settings: PPOConfiguration, _ world: W) throws(SettingError) {
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

  /// What a checkpoint says of the network beside its tensors.
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

  /// The network of a checkpoint, from what is said of it and from its tensors' shapes.
  init(_ state: JSON, _ file: Safetensors) throws {
    let network = state["network"]
    switch network?["kind"]?.text {
    case "mlp"?: try self.init(mlp: network ?? .null, file)
    case "gpt"?: try self.init(gpt: network ?? .null, file)
    default: throw SafetensorsError("the checkpoint does not say what kind of network it holds")
    }
  }

  private init(mlp said: JSON, _ file: Safetensors) throws {
    guard let activation = said["activation"]?.text.flatMap(Activation.init(rawValue:)) else {
      throw SafetensorsError("the checkpoint does not say what stands between its layers")
    }
    var widths = try MLP.widths("policy.", in: file)
    let outputs = widths.removeLast()
    let isReal = file.tensors.contains { $0.name == Self.deviationName }
    self.init(
      inputs: widths[0], actions: isReal ? .continuous(outputs) : .discrete(outputs),
      hidden: Array(widths.dropFirst()), activation: activation)
  }

  private init(gpt said: JSON, _ file: Safetensors) throws {
    guard let layers = said["layers"]?.int, let heads = said["heads"]?.int,
      let places = said["places"]?.int, let across = said["across"]?.int,
      let each = said["each"]?.int, let columns = said["columns"]?.int,
      case .array(let codes)? = said["alphabet"]
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

extension PPOConfiguration {
  /// How large a GPT policy is.
  var size: GPTPolicy.Size {
    GPTPolicy.Size(
      layers: layers, heads: heads, width: width, inner: inner, mixed: hidden[0], start: start)
  }
}
