import Glibc
import Rollouts
import Trainers
import Worlds

func seconds() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_MONOTONIC, &t)
  return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}
let maze = try GridMap(parsing: "reel map maze\n\nS...\n.#..\n..#.\n...G\n")
let lake = try GridMap(parsing: "reel map lake\n\nSFFFFFFF\nFFFFFFFF\nFFFHFFFF\nFFFFFHFF\nFFFHFFFF\nFHHFFFHF\nFHFFHFHF\nFFFHFFFG\n")
for (map, episodes) in [(maze, 1000), (maze, 300_000), (lake, 20000)] {
  for seed in 1...3 {
    var s = QTableConfiguration()
    s.episodes = episodes
    if map.kind == .lake {
      s.alpha = .linear(from: 0.1, to: 0.001)
      s.gamma = 0.999
      s.epsilon = .exponential(from: 1, factor: exp(-0.0003), floor: 0)
    }
    let world = GridWorld(map)
    var trainer = QTableTrainer(world.dynamics, stepLimit: world.stepLimit, seed: UInt64(seed), settings: s)
    var sink = NullSink()
    let t0 = seconds()
    try trainer.train(into: &sink)
    let t1 = seconds()
    let exact = GreedyPolicy(trainer.agent.table, world.dynamics, ties: .random).evaluateExactly(stepLimit: world.stepLimit)
    print(map.kind, seed, trainer.step, (t1 - t0) / Double(trainer.step) * 1e9, "ns", exact)
  }
}
