import Raster
import Rollouts
package import Worlds

extension Caption {
  /// The text below a grid world's scene.
  package init(_ scene: GridScene, on map: GridMap) {
    let names = map.kind.actions.map(Self.name)
    self.init(
      scene, action: scene.action.map { names[$0] },
      slip: scene.slip.map { "slipped " + names[$0] },
      ending: scene.ending.word(terminated: Self.ending(in: map.cell(of: scene.state)) ?? .ended))
  }

  /// Every ending that a map's episodes can have, so that space is reserved for it.
  static func endings(on map: GridMap) -> [String] {
    Array(Set(map.cells.compactMap { ending(in: $0)?.text })) + [EndingWord.timeLimit.text]
  }

  /// The ending in a cell; nil if nothing ends there.
  private static func ending(in cell: Cell) -> EndingWord? {
    switch cell {
    case .goal: EndingWord("goal reached", .good)
    case .hole: EndingWord("fell in", .bad)
    case .exit(let value):
      EndingWord("exit " + NumberText.signed(value, decimals: 2), value < 0 ? .bad : .good)
    case .floor, .wall: nil
    }
  }
}
