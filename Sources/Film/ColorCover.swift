import Raster

/// Chooses a few colours so that each of many is close to one of them.
///
/// A chosen colour covers all colours that differ from it by at most the tolerance in every
/// channel. The greedy choice, which always takes the colour that covers most of the rest, is the
/// best known simple method (Chvátal, "A Greedy Heuristic for the Set-Covering Problem", 1979).
struct ColorCover {
  private let colors: [Color]
  /// The colours that each one would cover, in consecutive lists, and the start of each list.
  private var neighbours: [Int32] = []
  private var starts: [Int] = [0]
  private var isCovered: [Bool]
  /// How many uncovered colours each colour would cover.
  private var gains: [Int]
  private var uncovered: Int
  private(set) var chosen: [Color] = []

  init(_ colors: [Color], tolerance: Int) {
    self.colors = colors
    isCovered = Array(repeating: false, count: colors.count)
    gains = Array(repeating: 0, count: colors.count)
    uncovered = colors.count
    // Only colours in the same cube of the colour space, or in a neighbouring one, can be close.
    let cubes = Dictionary(grouping: colors.indices) { Self.cube(colors[$0], tolerance) }
    for color in colors {
      let cube = Self.cube(color, tolerance)
      for red in -1...1 {
        for green in -1...1 {
          for blue in -1...1 {
            for other in cubes[cube + red << 20 + green << 10 + blue] ?? []
            where colors[other].distance(to: color) <= tolerance {
              neighbours.append(Int32(other))
            }
          }
        }
      }
      starts.append(neighbours.count)
    }
    for index in colors.indices { gains[index] = starts[index + 1] - starts[index] }
  }

  /// The chosen colours: the given ones, which must be among the colours, and then as few as
  /// possible.
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
    for place in starts[index]..<starts[index + 1] {
      let neighbour = Int(neighbours[place])
      if isCovered[neighbour] { continue }
      isCovered[neighbour] = true
      uncovered -= 1
      for other in starts[neighbour]..<starts[neighbour + 1] { gains[Int(neighbours[other])] -= 1 }
    }
  }

  /// The number of a colour's cube; its edges are as long as the tolerance.
  private static func cube(_ color: Color, _ tolerance: Int) -> Int {
    let edge = tolerance + 1
    // Starts at 1, so that no neighbour has the number of another cube.
    return (Int(color.red) / edge + 1) << 20 + (Int(color.green) / edge + 1) << 10
      + (Int(color.blue) / edge + 1)
  }
}
