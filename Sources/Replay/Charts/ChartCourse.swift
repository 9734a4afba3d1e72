import Recordings
import Rollouts
import Worlds

/// One number over the course of an episode, with a limited number of points so that memory stays constant:
/// moments that share a point keep the first number, the lowest and the highest.
struct ChartTrack: Equatable, Sendable {
  private(set) var first: [Double] = []
  private(set) var low: [Double] = []
  private(set) var high: [Double] = []

  /// Adds the number of a moment to a point; points come in order.
  mutating func add(_ number: Double, at point: Int) {
    while first.count < point { append(.nan) }
    if first.count == point { return append(number) }
    guard number.isFinite else { return }
    low[point] = low[point].isFinite ? min(low[point], number) : number
    high[point] = high[point].isFinite ? max(high[point], number) : number
  }

  private mutating func append(_ number: Double) {
    first.append(number)
    low.append(number)
    high.append(number)
  }
}

/// The data that charts show about one episode.
struct ChartCourse: Equatable, Sendable {
  /// Its number of steps, and how many of them share a point.
  let steps: Int
  let stride: Int
  /// The numbers of its states by field, one more than it has steps.
  private(set) var numbers: [Int: ChartTrack]
  /// The numbers of its actions, each after the step that it began.
  private(set) var pushes: [ChartTrack]
  private(set) var choices = ChartTrack()
  private(set) var rewards = ChartTrack()
  private(set) var returns = ChartTrack()

  /// The most points.
  static let most = 2048

  /// Reads an episode's numbers for some fields of its states.
  init(
    _ episode: Episode, of world: RecordedWorld, places: [Int], pushes count: Int,
    from source: any EpisodeSource
  ) throws {
    steps = max(1, episode.steps)
    stride = steps / Self.most + 1
    numbers = Dictionary(places.map { ($0, ChartTrack()) }) { first, _ in first }
    pushes = Array(repeating: ChartTrack(), count: count)
    let next = try source.transitions(of: episode)
    var (t, total) = (0, 0.0)
    while let transition = try next() {
      if t == 0 {
        add(transition.state, of: world, at: 0)
        returns.add(0, at: 0)
      }
      let point = t / stride
      choices.add(transition.action.index.map(Double.init) ?? .nan, at: point)
      for place in pushes.indices {
        pushes[place].add(world.actions.number(place, of: transition.action) ?? .nan, at: point)
      }
      rewards.add(transition.reward, at: point)
      t += 1
      total += transition.reward
      returns.add(total, at: t / stride)
      add(transition.next, of: world, at: t / stride)
    }
  }

  private mutating func add(_ state: Value, of world: RecordedWorld, at point: Int) {
    for place in numbers.keys {
      numbers[place]?.add(world.states.number(place, of: state) ?? .nan, at: point)
    }
  }

  /// The position of a point in the episode, from 0 to 1.
  func share(of point: Int) -> Double { min(1, Double(point * stride) / Double(steps)) }
}
