/// The named tensors of a network, and their positions in a slab: one after another, row-major, in
/// the order in which the layers were added.
package struct ParameterLayout: Sendable, Equatable {
  /// The position of one tensor.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    /// Its offset in the slab.
    package let offset: Int
    package let initializer: Initializer
    /// Whether weight decay applies to it.
    package let decays: Bool

    /// How many numbers it has.
    package var count: Int { shape.reduce(1, *) }
    /// Its range in the slab.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// The tensors, in order.
  package private(set) var entries: [Entry] = []
  /// The index of each name.
  private var indices: [String: Int] = [:]
  /// How many numbers all tensors have in total.
  package private(set) var count = 0

  /// A layout without tensors.
  package init() {}

  /// Adds a tensor and returns its offset. By default, decay applies to matrices, but not to biases
  /// and gains.
  package mutating func add(
    _ name: String, _ shape: [Int], _ initializer: Initializer, decays: Bool? = nil
  ) -> Int {
    precondition(shape.allSatisfy { $0 > 0 }, "a parameter has a size in every dimension")
    precondition(indices[name] == nil, "every parameter has its own name")
    let entry = Entry(
      name: name, shape: shape, offset: count, initializer: initializer,
      decays: decays ?? (shape.count >= 2))
    indices[name] = entries.count
    entries.append(entry)
    count += entry.count
    return entry.offset
  }

  /// The tensor with a name; nil where there is none.
  package func entry(_ name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// Stretches of the slab in which all or no tensors decay: an optimizer's groups.
  package var decayGroups: [(range: Range<Int>, decays: Bool)] {
    var groups: [(range: Range<Int>, decays: Bool)] = []
    for entry in entries {
      if let last = groups.last, last.decays == entry.decays {
        groups[groups.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        groups.append((entry.range, entry.decays))
      }
    }
    return groups
  }
}
