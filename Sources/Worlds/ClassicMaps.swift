import Rollouts

/// The classic maps, built in so that a command needs no file for them. The same texts are files in
/// maps/.
package enum ClassicMaps {
  /// The short names of the classic maps of a kind; the first is the default.
  package static func names(of kind: GridKind) -> [String] {
    all.filter { $0.kind == kind }.map(\.name)
  }

  /// The text of a classic map; nil where there is none with that name.
  package static func text(_ name: String, kind: GridKind) -> String? {
    all.first { $0.kind == kind && $0.name == name }?.text
  }

  /// A classic map by its short name, or the first of its kind.
  package static func map(_ name: String? = nil, kind: GridKind) throws -> GridMap {
    let name = name ?? names(of: kind).first ?? ""
    guard let text = text(name, kind: kind) else {
      let known = names(of: kind).joined(separator: ", ")
      throw SettingError("there is no \(kind.rawValue) map '\(name)' among the classics: \(known)")
    }
    return try GridMap(parsing: text)
  }

  private static let all: [(kind: GridKind, name: String, text: String)] = [
    (
      .maze, "classic-4x4",
      """
      reel map maze
      title Classic 4×4
      note the learning lab's SimpleMaze: six moves lead to the goal

      S...
      .#..
      ..#.
      ...G

      """
    ),
    (
      .lake, "4x4",
      """
      reel map lake
      title FrozenLake 4×4
      note Gymnasium's FrozenLake-v1, map 4x4

      SFFF
      FHFH
      FFFH
      HFFG

      """
    ),
    (
      .lake, "8x8",
      """
      reel map lake
      title FrozenLake 8×8
      note Gymnasium's FrozenLake-v1, map 8x8

      SFFFFFFF
      FFFFFFFF
      FFFHFFFF
      FFFFFHFF
      FFFHFFFF
      FHHFFFHF
      FHFFHFHF
      FFFHFFFG

      """
    ),
    (
      .grid, "book",
      """
      reel map grid
      title BookGrid
      note the gridworld of Berkeley's course CS188, after Russell and Norvig

       _  _  _  1
       _  #  _ -1
       S  _  _  _

      """
    ),
    (
      .grid, "bridge",
      """
      reel map grid
      title BridgeGrid
      note the gridworld of Berkeley's course CS188: is the far side worth the narrow bridge?

         # -100 -100 -100 -100 -100    #
         1    S    _    _    _    _   10
         # -100 -100 -100 -100 -100    #

      """
    ),
    (
      .grid, "cliff",
      """
      reel map grid
      title CliffGrid
      note the gridworld of Berkeley's course CS188: along the edge, or around?

         _    _    _    _    _
         S    _    _    _   10
      -100 -100 -100 -100 -100

      """
    ),
    (
      .grid, "cliff2",
      """
      reel map grid
      title CliffGrid2
      note the gridworld of Berkeley's course CS188: along the edge, or home at once?

         _    _    _    _    _
         8    S    _    _   10
      -100 -100 -100 -100 -100

      """
    ),
    (
      .grid, "discount",
      """
      reel map grid
      title DiscountGrid
      note the gridworld of Berkeley's course CS188: near or far exit, by the cliff or around it

        _   _   _   _   _
        _   #   _   _   _
        _   #   1   #  10
        S   _   _   _   _
      -10 -10 -10 -10 -10

      """
    ),
    (
      .grid, "maze",
      """
      reel map grid
      title MazeGrid
      note the gridworld of Berkeley's course CS188: a small maze

      _ _ _ 1
      # # _ #
      _ # _ _
      _ # # _
      S _ _ _

      """
    ),
  ]
}

extension GridKind {
  /// The folder in maps/ for its maps.
  package var folder: String { rawValue + "s" }
}
