package import Rollouts

extension Parameters {
  /// The slab as a safetensors file, under the names and shapes of its layout.
  package func encoded() -> [UInt8] {
    Safetensors(tensors()).encoded()
  }

  /// The slab as tensors, for files that hold more than one network.
  package func tensors(prefix: String = "") -> [Tensor] {
    layout.entries.map { entry in
      Tensor(prefix + entry.name, floats: values[entry.range], shape: entry.shape)
    }
  }

  /// The slab of a safetensors file; every tensor of the layout must be there in its shape, and what
  /// else the file holds is left alone.
  package init(_ layout: ParameterLayout, decoding file: [UInt8]) throws(SafetensorsError) {
    try self.init(layout, from: Safetensors(decoding: file))
  }

  /// The slab among a file's tensors.
  package init(
    _ layout: ParameterLayout, from file: Safetensors, prefix: String = ""
  ) throws(SafetensorsError) {
    self.init(zeros: layout)
    for entry in layout.entries {
      let tensor = try file.tensor(prefix + entry.name)
      guard tensor.shape == entry.shape else {
        throw SafetensorsError(
          "tensor \(tensor.name) has the shape \(tensor.shape), but \(entry.shape) is wanted")
      }
      let numbers = try tensor.floats()
      guard numbers.allSatisfy(\.isFinite) else {
        throw SafetensorsError("tensor \(tensor.name) holds something that is not a number")
      }
      values.replaceSubrange(entry.range, with: numbers)
    }
  }
}
