package import Rollouts
import Worlds

/// The painters that a program knows, one entry for each world.
package struct PainterTable: Sendable {
  /// The worlds in the order in which help lists them.
  package var entries: [PainterEntry]
  /// The worlds of other programs with their own painters, by their names without namespace and
  /// version. All others are drawn as their pixels, or as charts.
  package var foreign: [PainterEntry]

  /// A table of entries.
  package init(_ entries: [PainterEntry], foreign: [PainterEntry] = []) {
    self.entries = entries
    self.foreign = foreign
  }

  /// The entry for a world's name; nil if there is none.
  package subscript(world: String) -> PainterEntry? { entries.first { $0.world == world } }

  /// The entry for a world's name.
  package func entry(for world: String) throws(PainterError) -> PainterEntry {
    guard let entry = self[world] else {
      throw .unknownWorld(world, known: entries.map(\.world))
    }
    return entry
  }

  /// The entry for a world and some options, for an episode with or without recorded pixels.
  /// Another program's world without a painter, or one with options that its painter lacks,
  /// is drawn as its pixels, or as charts.
  package func entry(
    for world: any World, _ options: PictureOptions = PictureOptions(), withPixels: Bool = false
  ) throws(PainterError) -> PainterEntry {
    if withPixels, options.look == .pixels { return .pixels }
    guard let recorded = world as? RecordedWorld else {
      return try entry(for: world.description.name)
    }
    if options.look == .charts || !options.fields.isEmpty { return .charts }
    return foreign.first { $0.world == recorded.stem && $0.canDraw(recorded) }
      ?? (withPixels ? .pixels : .charts)
  }

  /// Every look that any world has, by name.
  package var looks: [String] {
    Self.unique((entries + [.charts, .pixels]).flatMap(\.looks).map(\.rawValue))
  }
  /// Every camera that any world has, by name.
  package var cameras: [String] { Self.unique(entries.flatMap(\.cameras).map(\.rawValue)) }
  /// Every target that any world's map can show.
  package var targets: [String] { Self.unique(entries.flatMap(\.targets)) }

  private static func unique(_ names: [String]) -> [String] {
    names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
  }
}

/// Why a world cannot be drawn as requested.
package enum PainterError: Error, Hashable, CustomStringConvertible {
  /// No painter knows this world.
  case unknownWorld(String, known: [String])
  /// An entry was given a world of another type.
  case otherWorld(String, type: String, given: String)
  /// A world has no such option, or not this value of it.
  case lacks(_ world: String, _ option: String, _ value: String?, has: [String])
  /// A network has no map of this world.
  case noMap(String)
  /// The state for a map's options is not one of the world's.
  case foreignState(String)

  /// The reason as one sentence.
  package var description: String {
    switch self {
    case .unknownWorld(let world, let known):
      "there is no painter for the world '\(world)', only for \(known.joined(separator: ", "))"
    case .otherWorld(let world, let type, let given):
      "the painter of \(world) draws a \(type), not a \(given)"
    case .lacks(let world, let option, let value, let has):
      "\(world) has no \(option)" + (value.map { " '\($0)'" } ?? "")
        + (has.isEmpty ? "" : ", only \(has.joined(separator: ", "))")
    case .noMap(let world): "a network has no map of \(world)"
    case .foreignState(let world): "a map of \(world) can only be made from one of its states"
    }
  }
}
