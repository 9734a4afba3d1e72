import Analysis
import Film
import Platform
import Raster
import Rollouts

extension Benchmark {
  /// Statistics and heat maps.
  static let analysis: [Benchmark] = [
    .cost("50,000 resamples of 10 runs × 20 tasks", "ms", atMost: 50) {
      let lots = Generator(seed: 1)
      let scores = Scores(
        tasks: (0..<20).map { task in
          (0..<10).map { run in
            Double(lots.draws(for: .evaluation, episode: task, t: run).word(0)) / 0x1p32
          }
        })
      let start = monotonicSeconds()
      _ = ScoreComparison.aggregates(scores, optimum: 1, repetitions: 50_000)
      return (monotonicSeconds() - start) * 1000
    },
    .rate("600×600 heat maps of 8×8 states to PNG", "pictures/s", atLeast: 200) {
      try Scratch.useForFrames { folder in
        let chart = HeatMapChart(like: heatMap(0), title: "FrozenLake 8×8", size: 600)
        var film = HeatMapFilm(chart, frames: 400) {
          (map: heatMap($0), subtitle: "after \($0) steps")
        }
        let start = monotonicSeconds()
        _ = try FrameSequence().write(&film, to: "\(folder)/frames")
        return 400 / (monotonicSeconds() - start)
      }
    }.against(.python("matplotlib", "heatmap")),
    .cost("a heat map of 1000×1000 to PNG", "ms", atMost: 1000) {
      let map = HeatMap(
        values: (0..<1_000_000).map { Double($0 % 1000 * ($0 / 1000)) }, rows: 1000, columns: 1000)
      let start = monotonicSeconds()
      _ = try HeatMapChart(like: map).canvas(map).encodedPNG()
      return (monotonicSeconds() - start) * 1000
    },
  ]
}

/// A table of 8×8 states that changes from frame to frame.
private func heatMap(_ frame: Int) -> HeatMap {
  let actions = [
    ActionMeaning("left", dx: -1), ActionMeaning("down", dy: 1), ActionMeaning("right", dx: 1),
    ActionMeaning("up", dy: -1),
  ]
  let values = (0..<64 * actions.count).map { Double(($0 * 37 + frame * 13) % 101) / 100 }
  return HeatMap(actionValues: values, rows: 8, columns: 8, actions: actions)
}
