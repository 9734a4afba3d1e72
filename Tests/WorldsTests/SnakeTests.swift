import Rollouts
import Testing
import Worlds

/// Snake in its simplest form: a list of cells.
private struct PlainSnake {
  static let ways = [(1, 0), (0, 1), (-1, 0), (0, -1)]
  var body = [SnakeCell(x: 16, y: 12), SnakeCell(x: 15, y: 12), SnakeCell(x: 14, y: 12)]
  var way = 0
  var counter = 0

  mutating func step(_ action: Int, food: SnakeCell) -> (reward: Double, isOver: Bool, ate: Bool) {
    counter += 1
    way = (way + [0, 1, 3][action]) % 4
    let head = SnakeCell(x: body[0].x + Self.ways[way].0, y: body[0].y + Self.ways[way].1)
    let isOutside = !(0..<32).contains(head.x) || !(0..<24).contains(head.y)
    if isOutside || body.contains(head) || counter > 100 * body.count { return (-10, true, false) }
    body.insert(head, at: 0)
    if head == food { return (10, false, true) }
    body.removeLast()
    return (0, false, false)
  }

  /// The eleven bits, spelled out.
  func bits(food: SnakeCell) -> [Float] {
    let dangers = [0, 1, 3].map { turn -> Bool in
      let (dx, dy) = Self.ways[(way + turn) % 4]
      let cell = SnakeCell(x: body[0].x + dx, y: body[0].y + dy)
      return !(0..<32).contains(cell.x) || !(0..<24).contains(cell.y) || body.contains(cell)
    }
    let moving = [2, 0, 3, 1].map { way == $0 }
    let head = body[0]
    let foods = [food.x < head.x, food.x > head.x, food.y < head.y, food.y > head.y]
    return (dangers + moving + foods).map { $0 ? 1 : 0 }
  }
}

struct SnakeTests {
  private let snake = Snake()
  private let generator = Generator(seed: 7)

  /// Plays actions until they end or the game does.
  private func played(
    _ actions: [Int], seed: UInt64 = 7, from start: SnakeState? = nil
  ) -> (state: SnakeState, reward: Double, ending: Ending) {
    let generator = Generator(seed: seed)
    var state = start ?? snake.start(generator.draws(for: .start, episode: 1, t: 0))
    var (reward, ending) = (0.0, Ending.running)
    for (t, action) in actions.enumerated() where ending == .running {
      let step = snake.step(state, action, generator.draws(for: .world, episode: 1, t: t))
      (state, reward, ending) = (step.next, step.reward, step.ending)
    }
    return (state, reward, ending)
  }

  /// A recorded form, written by hand.
  private func state(
    head: SnakeCell, heading: UInt8, food: SnakeCell, ways: [UInt8], counter: UInt32 = 0
  ) throws -> SnakeState {
    let length = ways.count + 1
    var bytes = [UInt8(head.x), UInt8(head.y), heading, 0, UInt8(food.x), UInt8(food.y)]
    bytes += [UInt8(length & 255), UInt8(length >> 8)] + counter.bytes
    var body = [UInt8](repeating: 0, count: (length + 2) / 4)
    for (index, way) in ways.enumerated() { body[index / 4] |= way << (index % 4 * 2) }
    return try #require(SnakeState(bytes: bytes + body))
  }

  @Test func `a game begins in the middle, three long, looking right`() {
    let state = snake.start(generator.draws(for: .start, episode: 1, t: 0))
    #expect(state.cells == [16, 15, 14].map { SnakeCell(x: $0, y: 12) })
    #expect(state.heading == 0 && state.counter == 0 && state.score == 0 && state.end == .none)
    #expect(state.foodCell.map { !state.cells.contains($0) } == true)
  }

  @Test(arguments: 0..<4, 0..<3)
  func `every action turns correctly from every heading`(heading: Int, action: Int) throws {
    let before = try state(
      head: SnakeCell(x: 16, y: 12), heading: UInt8(heading), food: SnakeCell(x: 0, y: 0),
      ways: [UInt8(heading), UInt8(heading)])
    let (after, reward, ending) = played([action], from: before)
    let clockwise = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    let (dx, dy) = clockwise[(heading + [0, 1, 3][action]) % 4]
    #expect(after.cells == [SnakeCell(x: 16 + dx, y: 12 + dy)] + before.cells.prefix(2))
    #expect(reward == 0 && ending == .running && after.counter == 1)
  }

  @Test func `sixteen steps straight on hit the wall, and the snake stays`() {
    let alive = played(Array(repeating: 0, count: 15))
    #expect(alive.ending == .running && alive.state.cells[0] == SnakeCell(x: 31, y: 12))
    let dead = played(Array(repeating: 0, count: 16))
    #expect(dead.ending == .terminated && dead.reward == -10 && dead.state.end == .wall)
    #expect(dead.state.cells == alive.state.cells)
  }

  @Test func `food is worth ten and a segment, and then moves elsewhere`() throws {
    let before = try state(
      head: SnakeCell(x: 16, y: 12), heading: 0, food: SnakeCell(x: 17, y: 12), ways: [0, 0])
    let (after, reward, ending) = played([0], from: before)
    #expect(reward == 10 && ending == .running)
    #expect(after.cells == [17, 16, 15, 14].map { SnakeCell(x: $0, y: 12) })
    #expect(after.score == 1 && after.foodCell.map { !after.cells.contains($0) } == true)
  }

  @Test func `the tail's cell is still taken when the head would enter it`() throws {
    // Four segments in a square: the head turns right, to where the tail is.
    let square = try state(
      head: SnakeCell(x: 10, y: 10), heading: 3, food: SnakeCell(x: 0, y: 0), ways: [3, 2, 1])
    #expect(square.cells[3] == SnakeCell(x: 11, y: 10))
    let (after, reward, ending) = played([1], from: square)
    #expect(ending == .terminated && reward == -10 && after.end == .body)
  }

  @Test(arguments: [(299 as UInt32, Ending.running), (300, .terminated)])
  func `a game may last a hundred steps for each segment`(counter: UInt32, ending: Ending) throws {
    let before = try state(
      head: SnakeCell(x: 16, y: 12), heading: 0, food: SnakeCell(x: 0, y: 0), ways: [0, 0],
      counter: counter)
    let after = played([0], from: before)
    #expect(after.ending == ending)
    #expect(after.state.end == (ending == .running ? .none : .patience))
  }

  @Test(arguments: [(399 as UInt32, Ending.running), (400, .terminated)])
  func `the published game counts the cell that the head moves to as a segment`(
    counter: UInt32, ending: Ending
  ) throws {
    var rules = SnakeRules()
    rules.patienceCountsHead = true
    let before = try state(
      head: SnakeCell(x: 16, y: 12), heading: 0, food: SnakeCell(x: 0, y: 0), ways: [0, 0],
      counter: counter)
    let draws = Generator(seed: 7).draws(for: .world, episode: 1, t: 0)
    #expect(Snake(rules: rules).step(before, 0, draws).ending == ending)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `random games match a plain implementation`(seed: UInt64) throws {
    let generator = Generator(seed: seed)
    for episode in 1...20 {
      var state = snake.start(generator.draws(for: .start, episode: episode, t: 0))
      var plain = PlainSnake()
      for t in 0..<2000 {
        let food = try #require(state.foodCell)
        #expect(snake.observation(state) == plain.bits(food: food))
        // Mostly towards the food, so that snakes grow.
        let draws = generator.draws(for: .policy, episode: episode, t: t)
        let nearer = (0..<3).first { action in
          var tried = plain
          let before = abs(plain.body[0].x - food.x) + abs(plain.body[0].y - food.y)
          let isOver = tried.step(action, food: food).isOver
          return !isOver
            && abs(tried.body[0].x - food.x) + abs(tried.body[0].y - food.y) < before
        }
        let action = draws.pick(0, below: 20) == 0 ? draws.pick(1, below: 3) : nearer ?? 1
        let expected = plain.step(action, food: food)
        let step = snake.step(
          state, action, generator.draws(for: .world, episode: episode, t: t))
        #expect(step.reward == expected.reward && (step.ending != .running) == expected.isOver)
        #expect(SnakeState(bytes: step.next.bytes) == step.next)
        state = step.next
        if step.ending != .running { break }
        #expect(state.cells == plain.body && Int(state.counter) == plain.counter)
        #expect((state.foodCell != food) == expected.ate)
      }
    }
  }

  @Test func `food appears on every free cell with equal chance`() throws {
    let start = snake.start(generator.draws(for: .start, episode: 1, t: 0))
    var counts = [SnakeCell: Int]()
    for episode in 1...76_500 {
      let state = snake.start(generator.draws(for: .start, episode: episode, t: 0))
      counts[try #require(state.foodCell), default: 0] += 1
    }
    #expect(counts.count == 765 && start.cells.allSatisfy { counts[$0] == nil })
    // 765 cells, 100 each: χ² has the mean 764 and the deviation 39.
    let spread = counts.values.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    #expect(abs(spread - 764) < 160)
  }

  @Test func `bytes that are not a snake are refused`() throws {
    let bytes = played([0, 1, 0]).state.bytes
    #expect(SnakeState(bytes: bytes) != nil)
    #expect(SnakeState(bytes: bytes.dropLast()) == nil && SnakeState(bytes: bytes + [0]) == nil)
    #expect(SnakeState(bytes: []) == nil)
    // Off the board, a fifth way, another ending, food on the snake, a neck turned back, loose bits.
    for (index, value) in [(0, 32), (1, 24), (2, 4), (3, 5), (4, 32), (12, 0b1000), (12, 0x40)] {
      var foreign = bytes
      foreign[index] = UInt8(value)
      #expect(SnakeState(bytes: foreign) == nil, "byte \(index)")
    }
    var fed = bytes
    (fed[4], fed[5]) = (fed[0], fed[1])
    #expect(SnakeState(bytes: fed) == nil)
  }

  @Test func `the strong observation sees a trap before it is entered`() throws {
    var rules = SnakeRules()
    rules.observation = .strong
    let strong = Snake(rules: rules)
    // The head has come down column 1 along its own body, which closes column 0 off above.
    let ways: [UInt8] = Array(repeating: 1, count: 10) + [0] + Array(repeating: 3, count: 12)
    let state = try state(
      head: SnakeCell(x: 1, y: 11), heading: 1, food: SnakeCell(x: 20, y: 20), ways: ways)
    let seen = Dictionary(
      uniqueKeysWithValues: zip(strong.observationNames, strong.observation(state)))
    #expect(strong.observationNames.count == strong.observationCount)
    #expect(seen["free straight"] == 1 && seen["room straight"] == 1)
    #expect(seen["nearer straight"] == 1 && seen["nearer left"] == 1)
    #expect(seen["food ahead"] == 9.0 / 32 && seen["food right"] == -19.0 / 32)
    #expect(seen["length"] == Float(24) / 768)
  }

  /// How many steps each cell is from the food, by a plain search.
  private static func distances(_ state: SnakeState) -> [Int: Int] {
    guard let food = state.foodCell else { return [:] }
    let taken = Set(state.cells.map { 32 * $0.y + $0.x })
    var found = [32 * food.y + food.x: 0]
    var last = Array(found.keys)
    while !last.isEmpty {
      var next: [Int] = []
      for cell in last {
        for other in neighbours(cell) where !taken.contains(other) && found[other] == nil {
          found[other] = found[cell, default: 0] + 1
          next.append(other)
        }
      }
      last = next
    }
    return found
  }

  /// The cells beside another, in the order of the ways: right, down, left, up.
  private static func neighbours(_ cell: Int) -> [Int] {
    PlainSnake.ways.compactMap { dx, dy in
      let (x, y) = (cell % 32 + dx, cell / 32 + dy)
      return (0..<32).contains(x) && (0..<24).contains(y) ? 32 * y + x : nil
    }
  }

  /// Whether the head can reach the tail through free cells.
  private static func reachesTail(_ state: SnakeState) -> Bool {
    let cells = state.cells.map { 32 * $0.y + $0.x }
    let taken = Set(cells.dropLast())
    var (found, last) = (Set([cells[0]]), [cells[0]])
    while !last.isEmpty {
      last = last.flatMap(neighbours).filter { !taken.contains($0) && found.insert($0).inserted }
    }
    return found.contains(cells[cells.count - 1])
  }

  /// The action that leads from the head to a cell beside it.
  private static func action(_ state: SnakeState, to cell: Int) -> Int? {
    let head = state.cells[0]
    return (0..<3).first { action in
      let (dx, dy) = PlainSnake.ways[Snake.heading(Int(state.heading), turned: action)]
      return 32 * (head.y + dy) + head.x + dx == cell && (0..<32).contains(head.x + dx)
    }
  }

  @Test
  func `paths to the food and out again are those of a plain search and of the game`()
    throws
  {
    var rules = SnakeRules()
    rules.observation = .paths
    let world = Snake(rules: rules)
    let generator = Generator(seed: 5)
    var state = world.start(generator.draws(for: .start, episode: 1, t: 0))
    var (asked, trapped) = (0, 0)
    for t in 0..<4000 {
      let seen = Dictionary(
        uniqueKeysWithValues: zip(world.observationNames, world.observation(state)))
      let distances = Self.distances(state)
      let head = state.cells[0]
      let cells = (0..<3).map { action -> Int? in
        let (dx, dy) = PlainSnake.ways[Snake.heading(Int(state.heading), turned: action)]
        let (x, y) = (head.x + dx, head.y + dy)
        return (0..<32).contains(x) && (0..<24).contains(y) ? 32 * y + x : nil
      }
      let least = cells.compactMap { $0.flatMap { distances[$0] } }.min()
      for (action, name) in ["straight", "right", "left"].enumerated() {
        let distance = cells[action].flatMap { distances[$0] }
        #expect(seen["shortest \(name)"] == (distance != nil && distance == least ? 1 : 0))
        #expect(seen["near \(name)"] == distance.map { 1 / Float(1 + $0) } ?? 0)
        guard t.isMultiple(of: 7), var left = distance, var cell = cells[action] else { continue }
        // Go there, and eat.
        var eaten = state
        while true {
          let draws = generator.draws(for: .world, episode: 2, t: t)
          let step = world.step(eaten, try #require(Self.action(eaten, to: cell)), draws)
          try #require(step.ending == .running)
          eaten = step.next
          guard left > 0 else { break }
          left -= 1
          cell = try #require(Self.neighbours(cell).first { distances[$0] == left })
        }
        #expect(eaten.length == state.length + 1)
        #expect(seen["way out \(name)"] == (Self.reachesTail(eaten) ? 1 : 0), "step \(t)")
        asked += 1
        if !Self.reachesTail(eaten) { trapped += 1 }
      }
      // A player who is not too careful, so that the snake grows, and traps itself now and then.
      func isGood(_ name: String, _ words: String...) -> Bool {
        words.allSatisfy { (seen["\($0) \(name)"] ?? 0) > 0 }
      }
      let names = ["straight", "right", "left"]
      let action =
        names.firstIndex { isGood($0, "shortest", "tail") } ?? names.firstIndex {
          isGood($0, "tail")
        }
        ?? names.firstIndex { isGood($0, "free") } ?? 0
      let step = world.step(state, action, generator.draws(for: .world, episode: 1, t: t))
      state =
        step.ending == .running
        ? step.next : world.start(generator.draws(for: .start, episode: t, t: 0))
    }
    #expect(asked > 1000 && trapped > 20, "\(asked), \(trapped)")
  }

  @Test(arguments: SnakeObservation.allCases)
  func `observations are named and finite`(observation: SnakeObservation) {
    var rules = SnakeRules()
    rules.observation = observation
    let snake = Snake(rules: rules)
    #expect(snake.observationNames.count == snake.observationCount)
    for seed in 1...30 as ClosedRange<UInt64> {
      let (state, _, _) = played(
        Array(repeating: [0, 0, 1, 0, 2], count: 8).flatMap(\.self), seed: seed)
      #expect(snake.observation(state).allSatisfy { abs($0) <= 1 })
    }
  }
}
