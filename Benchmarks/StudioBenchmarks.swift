import Experiments
import Glibc
import Platform
import Recordings
import Rollouts
import Synchronization
import Worlds

extension Benchmark {
  /// The studio, with requests like a browser's.
  static let studio: [Benchmark] =
    [
      .cost("studio: first picture of 1 M steps", "ms", atMost: 300, repetitions: 3) {
        try Scratch.use { folder in
          try record("maze", steps: 1_000_000, in: folder)
          let studio = try ServedStudio(folder)
          defer { studio.stop() }
          let id = try studio.id("maze")
          let start = monotonicSeconds()
          for page in ["/", "/page/studio.js", "/page/run.js", "/api/run/\(id)"] {
            _ = try studio.client.get(page)
          }
          let best = try studio.client.json("/api/run/\(id)/episode?number=best")
          try studio.frame(id, best["episode"]?.int ?? 1, 0)
          return 1000 * (monotonicSeconds() - start)
        }
      }
    ]
    + [
      ("maze", 100_000), ("lake", 100_000), ("grid", 20_000), ("crawler", 50_000),
      ("snake", 20_000), ("city", 20_000), ("breakout", 20_000), ("reacher", 20_000),
    ].map { world, steps in
      .cost("studio: any frame of \(world), 95 %", "ms", atMost: 40, repetitions: 3) {
        try scrubbing(world, steps: steps) { studio, id, place in
          try studio.frame(id, place["episode"]?.int ?? 1, place["t"]?.int ?? 0)
        }
      }
    } + [
      .cost("studio: any map of 63×63, 95 %", "ms", atMost: 40, repetitions: 3) {
        try scrubbing("maze", map: 63, steps: 1_000_000) { studio, id, place in
          _ = try studio.client.get("/api/run/\(id)/map?step=\(place["step"]?.int ?? 0)&size=560")
        }
      },
      .cost("studio: any map of 201×201, 95 %", "ms", atMost: 300, repetitions: 1) {
        try scrubbing("maze", map: 201, steps: 1_000_000) { studio, id, place in
          _ = try studio.client.get("/api/run/\(id)/map?step=\(place["step"]?.int ?? 0)&size=560")
        }
      },
      .rate("studio: small requests", "/s", atLeast: 2000, repetitions: 3) {
        try Scratch.use { folder in
          try record("maze", steps: 20_000, in: folder)
          let studio = try ServedStudio(folder)
          defer { studio.stop() }
          let id = try studio.id("maze")
          let (count, start) = (4000, monotonicSeconds())
          for t in 0..<count {
            _ = try studio.client.get("/api/run/\(id)/moment?episode=1&t=\(t % 5)")
          }
          return Double(count) / (monotonicSeconds() - start)
        }
      },
      .cost("studio: from commit to event, 95 %", "ms", atMost: 400, repetitions: 1) {
        try Scratch.use { try latency(in: $0) }
      },
      .cost("studio: the first 50 of 2,000 runs", "ms", atMost: 300, repetitions: 3) {
        try listing("?count=50")
      },
      .cost("studio: all 2,000 runs", "ms", atMost: 5000, repetitions: 3) { try listing("") },
      // In pairs, because the machine's speed changes from one second to the next.
      .cost("a run that a page watches", "% of alone", atMost: 103, repetitions: 9) {
        try Scratch.use { folder in
          let alone = try train(watched: false, in: folder)
          return try 100 * train(watched: true, in: folder) / alone
        }
      },
      .cost("studio: memory after scrubbing ten runs", "MB", atMost: 250, repetitions: 1) {
        try Scratch.use { try memory(in: $0) }
      },
    ]

  /// Trains a run of some steps.
  private static func record(
    _ world: String, map: String? = nil, steps: Int, as name: String? = nil, in folder: String
  ) throws {
    let isByEpisodes = !["breakout", "reacher"].contains(world)
    let plan = try Catalog.builtIn.plan(
      PlanRequest(
        world, map: map,
        overrides: [("steps", "\(steps)")] + (isByEpisodes ? [("episodes", "1000000")] : [])))
    let path = "\(folder)/\(name ?? world).sqlite"
    _ = try TrainingRun(plan, seed: 1, path: path).run { _ in true }
  }

  /// How long a request takes at random, unvisited steps of a run, in 19 of 20 cases.
  private static func scrubbing(
    _ world: String, map side: Int? = nil, steps: Int,
    _ look: (ServedStudio, _ id: String, _ place: JSON) throws -> Void
  ) throws -> Double {
    try Scratch.use { folder in
      let map = side.map { _ in "\(folder)/map.txt" }
      if let side, let map {
        let made = try MapGenerator.maze(rows: side, columns: side, seed: 3, loops: 0.1)
        try OutputFile.write(Array(made.text.utf8), to: map, replacing: true)
      }
      try record(world, map: map, steps: steps, in: folder)
      let studio = try ServedStudio(folder)
      defer { studio.stop() }
      let id = try studio.id(world)
      let all = try studio.client.json("/api/run/\(id)")["steps"]?.int ?? 1
      var word: UInt64 = 88_172_645_463_325_252
      var times: [Double] = []
      for _ in 0..<60 {
        word ^= word << 13
        word ^= word >> 7
        word ^= word << 17
        let step = Int(word % UInt64(all))
        guard case .object(let place) = try studio.client.json("/api/run/\(id)/place?step=\(step)")
        else { continue }
        let start = monotonicSeconds()
        try look(studio, id, .object(place + [.init("step", .integer(step))]))
        times.append(1000 * (monotonicSeconds() - start))
      }
      return times.sorted()[times.count * 95 / 100]
    }
  }

  /// How long a request for a list takes, or for a part of it.
  private static func listing(_ query: String) throws -> Double {
    try Scratch.use { folder in
      try record("maze", steps: 500, as: "0", in: folder)
      for copy in 1..<2000 {
        try OutputFile.write(
          Files.contents(of: "\(folder)/0.sqlite", limit: 1 << 24), to: "\(folder)/\(copy).sqlite",
          replacing: false)
      }
      let studio = try ServedStudio(folder)
      defer { studio.stop() }
      let start = monotonicSeconds()
      _ = try studio.client.get("/api/library\(query)")
      return 1000 * (monotonicSeconds() - start)
    }
  }

  /// The time from commits to their events.
  private static func latency(in folder: String) throws -> Double {
    let plan = try Catalog.builtIn.plan(
      PlanRequest("maze", overrides: [("episodes", "100000000"), ("steps", "1000000000")]))
    let commits = Mutex<[(steps: Int, at: Double)]>([])
    var run = TrainingRun(plan, seed: 1, path: "\(folder)/live.sqlite")
    run.onCommit = { steps in commits.withLock { $0.append((steps, monotonicSeconds())) } }
    let training = run
    let isOver = Mutex(false)
    let thread = SystemThread {
      _ = try? training.run { _ in isOver.withLock { !$0 } }
    }
    defer {
      isOver.withLock { $0 = true }
      thread?.join()
    }
    while !Files.exists(run.path) { usleep(10_000) }
    let studio = try ServedStudio(folder)
    defer { studio.stop() }
    let events = try HTTPClient(port: studio.port, cookie: studio.cookie)
    var delays: [Double] = []
    try events.listen("/api/events?run=\(studio.id("live"))") { event in
      let now = monotonicSeconds()
      guard let steps = event["steps"]?.int,
        let commit = commits.withLock({ $0.last { $0.steps <= steps } })
      else { return true }
      delays.append(1000 * (now - commit.at))
      return delays.count < 40
    }
    return delays.sorted()[delays.count * 95 / 100]
  }

  /// How long a run takes, alone or with a page that follows it.
  private static func train(watched: Bool, in folder: String) throws -> Double {
    let path = "\(folder)/watched.sqlite"
    try? Files.removeFile(path)
    let plan = try Catalog.builtIn.plan(PlanRequest("reacher", overrides: [("steps", "60000")]))
    let studio = try ServedStudio(folder)
    defer { studio.stop() }
    let isOver = Mutex(false)
    let (port, cookie) = (studio.port, studio.cookie)
    let page = SystemThread {
      guard watched else { return }
      while !Files.exists(path), !isOver.withLock({ $0 }) { usleep(10_000) }
      let client = try? HTTPClient(port: port, cookie: cookie)
      guard let client, let id = try? client.ids()["watched"] else { return }
      // What a page that follows requests at each commit.
      while !isOver.withLock({ $0 }) {
        let newest = try? client.json("/api/run/\(id)/episode?number=newest")
        if let episode = newest?["episode"]?.int, let t = newest?["steps"]?.int {
          let cursor = "episode=\(episode)&t=\(t)"
          for what in ["stage?\(cursor)", "moment?\(cursor)", "values?\(cursor)"] {
            _ = try? client.get("/api/run/\(id)/\(what)")
          }
        }
        usleep(250_000)
      }
    }
    let start = monotonicSeconds()
    _ = try TrainingRun(plan, seed: 1, path: path).run { _ in true }
    let seconds = monotonicSeconds() - start
    isOver.withLock { $0 = true }
    page?.join()
    return seconds
  }

  /// The memory of a studio in its own process after twenty seconds of use.
  private static func memory(in folder: String) throws -> Double {
    for (index, world) in ["maze", "lake", "snake", "city", "breakout"].enumerated() {
      for copy in 0..<2 {
        try record(world, steps: 20_000, as: "\(index)-\(copy)", in: folder)
      }
    }
    let studio = try ServedStudio(folder)
    defer { studio.stop() }
    let ids = try studio.client.ids().values
    let end = monotonicSeconds() + 20
    var word: UInt64 = 1
    while monotonicSeconds() < end {
      for id in ids {
        word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let step = Int(word >> 33) % 19_000
        guard let place = try? studio.client.json("/api/run/\(id)/place?step=\(step)"),
          let episode = place["episode"]?.int, let t = place["t"]?.int
        else { continue }
        for what in [
          "stage?episode=\(episode)&t=\(t)&size=720", "map?step=\(step)&size=560",
          "values?episode=\(episode)&t=\(t)",
        ] {
          _ = try? studio.client.get("/api/run/\(id)/\(what)")
        }
      }
    }
    return try studio.residentMegabytes()
  }
}
