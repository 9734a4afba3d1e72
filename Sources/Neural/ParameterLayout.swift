/// The named tensors of a network, and where each lies in a slab: one after the other, row-major, in
/// the order in which the layers were added.
package struct ParameterLayout: Sendable, Equatable {
  /// One tensor's place.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    /// Where it begins within the slab.
    package let offset: Int
    package let initializer: Initializer
    /// Whether weight decay acts on it.
    package let decays: Bool

    /// How many numbers it has.
    package var count: Int { shape.reduce(1, *) }
    /// Where its numbers lie within the slab.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// The tensors, in order.
  package private(set) var entries: [Entry] = []
  /// Where each name stands among them.
  private var indices: [String: Int] = [:]
  /// How many numbers all tensors have together.
  package private(set) var count = 0

  /// A layout without tensors.
  package init() {}

  /// Adds a tensor and returns where it begins. By custom decay acts on matrices, not on biases and
  /// gains.
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

  /// The tensor of a name; nil where there is none.
  package func entry(_ name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// Stretches of the slab that decay, or do not, alike: an optimizer's groups.
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
