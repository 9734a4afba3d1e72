package import Rollouts

/// Where a world's maps come from, and what can be done with their text.
package struct MapSource: Sendable {
  /// The folder below `maps/` that holds them, and how their files end.
  package var folder: String
  package var fileEnding: String
  /// The maps that need no file, the usual one first.
  package var builtIn: [(name: String, text: String)] = []
  /// The map that is meant where nobody names one, if it is a file.
  package var usualFile: String?
  /// Whether a text looks like a map of this format, whatever is wrong with it.
  package var recognizes: @Sendable (_ text: String) -> Bool
  /// A map's text as worlds on it keep it.
  package var normalized: @Sendable (_ text: String) throws -> String
  /// What there is to say of a map that can be read.
  package var survey: @Sendable (_ text: String) throws -> MapFinding
  /// Makes a random map; nil where nobody can.
  package var generate: (@Sendable (RandomMapOptions) throws -> GeneratedMap)?
  /// How maps are drawn by hand; nil where nobody can.
  package var editing: MapEditing?
}

/// What a random map shall be like. What a kind of map does not have is refused.
package struct RandomMapOptions: Sendable {
  package var seed: UInt64 = 1
  /// The sides in cells; nil for the usual size.
  package var size: (rows: Int, columns: Int)?
  /// The chance that a lake's cell bears.
  package var frozen = 0.8
  /// The share of a maze's inner walls that is opened besides.
  package var loops = 0.0

  /// The usual map.
  package init() {}
}

/// A random map, and what it is in a few words.
package struct GeneratedMap: Sendable {
  package var text: String
  package var summary: String
}

/// What there is to say of a map: lines for people, members for programs.
package struct MapFinding: Sendable {
  package var lines: [(label: String, text: String)]
  package var members: [JSON.Member]
  package var problems: Int
}
