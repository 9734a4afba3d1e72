import Platform
import Rollouts
import Worlds

extension Benchmark {
  /// Worlds by themselves, and their maps.
  static let worlds: [Benchmark] = [
    .rate("city, steps of the world", "steps/s", atLeast: 500_000) {
      let city = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: 4)))
      let steps = 1_000_000
      var state = city.start()
      let start = monotonicSeconds()
      for tick in 0..<steps { state = city.step(state, tick >> 3 & 1 + 1).next }
      let time = monotonicSeconds() - start
      return state.x.isFinite ? Double(steps) / time : 0
    },
    .cost("a maze of 1000×1000, written, read, a world", "ms", atMost: 2000) {
      let start = monotonicSeconds()
      let map = try MapGenerator.maze(rows: 1000, columns: 1000, seed: 1)
      let world = GridWorld(try GridMap(parsing: map.text))
      return world.dynamics.states == 1_000_000 ? (monotonicSeconds() - start) * 1000 : .infinity
    },
  ]
}
