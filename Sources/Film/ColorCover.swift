import Raster

/// Chooses few colours so that each of many is close to one of them.
///
/// A chosen colour covers all colours that differ from it by at most the tolerance in every
/// channel. Always taking the one that covers most of what is left is the best known simple way
/// (Chvátal, "A Greedy Heuristic for the Set-Covering Problem", 1979).
struct ColorCover {
  private let colors: [Color]
  private let tolerance: Int
  /// The colours by the cube of the colour space that they lie in; a neighbour's is next to it.
  private let cubes: [Int: [Int]]
  private var isCovered: [Bool]
  /// How many uncovered colours each colour would cover.
  private var gains: [Int]
  private var uncovered: Int
  private(set) var chosen: [Color] = []

  init(_ colors: [Color], tolerance: Int) {
    self.colors = colors
    self.tolerance = tolerance
    cubes = Dictionary(grouping: colors.indices) { Self.cube(colors[$0], tolerance) }
    isCovered = Array(repeating: false, count: colors.count)
    gains = Array(repeating: 0, count: colors.count)
    uncovered = colors.count
    for index in colors.indices { forEachNeighbour(of: index) { _ in gains[index] += 1 } }
  }

  /// The chosen colours: the given ones, which are among all, and then as few as possible.
  ///
  /// Nil if that takes more than the limit.
  mutating func covering(starting first: [Int], limit: Int) -> [Color]? {
    for index in first { choose(index) }
    while uncovered > 0 {
      guard chosen.count < limit else { return nil }
      var best = 0
      for index in gains.indices where gains[index] > gains[best] { best = index }
      choose(best)
    }
    return chosen
  }

  private mutating func choose(_ index: Int) {
    chosen.append(colors[index])
    for neighbour in neighbours(of: index) where !isCovered[neighbour] {
      isCovered[neighbour] = true
      uncovered -= 1
      for other in neighbours(of: neighbour) { gains[other] -= 1 }
    }
  }

  private func neighbours(of index: Int) -> [Int] {
    var found: [Int] = []
    forEachNeighbour(of: index) { found.append($0) }
    return found
  }

  private func forEachNeighbour(of index: Int, _ body: (Int) -> Void) {
    let color = colors[index]
    let cube = Self.cube(color, tolerance)
    for red in -1...1 {
      for green in -1...1 {
        for blue in -1...1 {
          for other in cubes[cube + red << 20 + green << 10 + blue] ?? []
          where colors[other].distance(to: color) <= tolerance {
            body(other)
          }
        }
      }
    }
  }

  /// The number of the cube that a colour lies in; its edges are as long as the tolerance reaches.
  private static func cube(_ color: Color, _ tolerance: Int) -> Int {
    let edge = tolerance + 1
    // From 1 on, so that no neighbour's number is shared with another cube.
    return (Int(color.red) / edge + 1) << 20 + (Int(color.green) / edge + 1) << 10
      + (Int(color.blue) / edge + 1)
  }
}
