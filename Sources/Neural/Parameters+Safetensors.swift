package import Rollouts

extension Parameters {
  /// The slab as a safetensors file, with the names and shapes of its layout.
  package func encoded() -> [UInt8] {
    Safetensors(tensors()).encoded()
  }

  /// The slab as tensors, for files that hold more than one network.
  package func tensors(prefix: String = "") -> [Tensor] {
    layout.entries.map { entry in
      Tensor(prefix + entry.name, floats: values[entry.range], shape: entry.shape)
    }
  }

  /// The slab in a safetensors file. It must contain every tensor of the layout in its shape; other
  /// tensors are ignored.
  package init(_ layout: ParameterLayout, decoding file: [UInt8]) throws(SafetensorsError) {
    try self.init(layout, from: Safetensors(decoding: file))
  }

  /// The slab in a file's tensors.
  package init(
    _ layout: ParameterLayout, from file: Safetensors, prefix: String = ""
  ) throws(SafetensorsError) {
    let tensors = try layout.tensors(in: file, prefix: prefix)
    self.init(zeros: layout)
    for (entry, tensor) in zip(layout.entries, tensors) {
      let numbers = try tensor.floats()
      guard numbers.allSatisfy(\.isFinite) else {
        throw SafetensorsError("tensor \(tensor.name) contains NaN or infinity")
      }
      values.replaceSubrange(entry.range, with: numbers)
    }
  }
}

extension ParameterLayout {
  /// A file's tensors in the order of the layout, whose names and shapes they must have. Checked
  /// before memory is allocated for the layout.
  package func tensors(
    in file: Safetensors, prefix: String = ""
  ) throws(SafetensorsError) -> [Tensor] {
    let known = Dictionary(
      file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var tensors: [Tensor] = []
    for entry in entries {
      let name = prefix + entry.name
      guard let tensor = known[name] else { throw SafetensorsError("there is no tensor \(name)") }
      guard tensor.shape == entry.shape else {
        throw SafetensorsError(
          "tensor \(name) has the shape \(tensor.shape), but must have \(entry.shape)")
      }
      tensors.append(tensor)
    }
    return tensors
  }
}
