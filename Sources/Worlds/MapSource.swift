package import Rollouts

/// Where a world's maps come from, and the operations on their text.
package struct MapSource: Sendable {
  /// The folder in `maps/` that holds them, and their file extension.
  package var folder: String
  package var fileEnding: String
  /// The maps that need no file, the default first.
  package var builtIn: [(name: String, text: String)] = []
  /// The default map, if it is a file.
  package var usualFile: String?
  /// Whether a text looks like a map of this format, even a faulty one.
  package var recognizes: @Sendable (_ text: String) -> Bool
  /// A map's text as recordings store it.
  package var normalized: @Sendable (_ text: String) throws -> String
  /// Findings about a map that can be read.
  package var survey: @Sendable (_ text: String) throws -> MapFinding
  /// Makes a random map; nil where there are none.
  package var generate: (@Sendable (RandomMapOptions) throws -> GeneratedMap)?
  /// How maps are drawn by hand; nil where they cannot be.
  package var editing: MapEditing?
}

/// The options of a random map. Options that a kind of map does not have are refused.
package struct RandomMapOptions: Sendable {
  package var seed: UInt64 = 1
  /// The sides in cells; nil for the default size.
  package var size: (rows: Int, columns: Int)?
  /// The chance that a lake's cell is frozen.
  package var frozen = 0.8
  /// The share of a maze's remaining inner walls that is opened.
  package var loops = 0.0

  /// The default options.
  package init() {}
}

/// A random map and a short summary.
package struct GeneratedMap: Sendable {
  package var text: String
  package var summary: String
}

/// Findings about a map: lines for people, members for programs.
package struct MapFinding: Sendable {
  package var lines: [(label: String, text: String)]
  package var members: [JSON.Member]
  package var problems: Int
}
