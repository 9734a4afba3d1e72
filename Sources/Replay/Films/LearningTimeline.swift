import Raster

/// The order of a learning film: cards during training in fast motion, and episodes.
struct LearningTimeline {
  /// The content of a frame.
  struct Moment {
    /// What is shown in place of the boards.
    var content: Content
    /// The step of the run that all panels show.
    var step: Int
    /// The share of the run that is done.
    var share: Double
    /// The episode that is shown or announced.
    var scene: Int?
  }

  enum Content {
    case cards([LearningFilm.Card])
    /// A frame of a scene.
    case episode(Int, place: Int)
  }

  private enum Part {
    case training([LearningFilm.Card], scene: Int?, from: Int, to: Int)
    /// How many frames of an episode pass per frame of the film.
    case playing(scene: Int, every: Double)
  }

  private var parts: [Part] = []
  private var frames: [Range<Int>] = []
  private let scenes: [LearningFilm.Scene]
  private let lengths: [Int]
  private let lastStep: Int
  private let hold: Int

  /// The length of training in fast motion, and the greatest length of an episode, in seconds.
  private static let training = 1.8
  private static let longest = 8.0
  /// The fewest steps of an episode per second.
  private static let slowest = 5.0

  init(
    _ scenes: [LearningFilm.Scene], lengths: [Int], opening: [LearningFilm.Card],
    closing: [LearningFilm.Card], lastStep: Int, pace: LearningFilm.Pace
  ) {
    self.scenes = scenes
    self.lengths = lengths
    self.lastStep = lastStep
    hold = Int((pace.hold * 100).rounded())
    let rate = pace.framesPerSecond
    let passage = max(2, Int((Self.training * rate / pace.speed).rounded()))
    add(.training(opening, scene: nil, from: 0, to: 0), frames: passage)
    var step = 0
    for (number, scene) in scenes.enumerated() {
      add(.training(scene.cards, scene: number, from: step, to: scene.firstStep), frames: passage)
      let steps = Double(lengths[number] - 1)
      let every = max(Self.slowest, steps / Self.longest) * pace.speed / rate
      add(.playing(scene: number, every: every), frames: Int((steps / every).rounded(.up)) + 1)
      step = Self.step(of: scene, lengths[number] - 1, lastStep)
    }
    add(.training(closing, scene: nil, from: step, to: lastStep), frames: passage)
  }

  private mutating func add(_ part: Part, frames count: Int) {
    parts.append(part)
    frames.append(frameCount..<frameCount + count)
  }

  var frameCount: Int { frames.last?.upperBound ?? 0 }

  /// How long the last frame of an episode and of the film stay.
  func hold(after frame: Int) -> Int {
    let part = frames.place(of: frame)
    guard frame + 1 == frames[part].upperBound else { return 0 }
    if part == parts.count - 1 { return 2 * hold }
    if case .playing = parts[part] { return hold }
    return 0
  }

  func moment(of frame: Int) -> Moment {
    let number = frames.place(of: frame)
    let place = frame - frames[number].lowerBound
    switch parts[number] {
    case .training(let cards, let scene, let from, let to):
      let share = Double(place + 1) / Double(frames[number].count)
      // Slow at both ends, so that it is easy to follow.
      let eased = share * share * (3 - 2 * share)
      let step = from + Int((Double(max(0, to - from)) * eased).rounded())
      return moment(.cards(cards), max(from, step), scene)
    case .playing(let scene, let every):
      let frame = min(lengths[scene] - 1, Int(Double(place) * every + 1e-9))
      return moment(
        .episode(scene, place: frame), Self.step(of: scenes[scene], frame, lastStep), scene)
    }
  }

  private func moment(_ content: Content, _ step: Int, _ scene: Int?) -> Moment {
    Moment(
      content: content, step: step, share: Double(step) / Double(max(1, lastStep)), scene: scene)
  }

  private static func step(of scene: LearningFilm.Scene, _ place: Int, _ last: Int) -> Int {
    min(last, scene.firstStep + place * scene.stride)
  }
}
