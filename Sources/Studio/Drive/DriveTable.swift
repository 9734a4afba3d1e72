import Experiments
import Pictures
import Platform
import Recordings
import Replay
import Rollouts

/// A game with its clock, its keys and its stage. Times are seconds since some moment.
struct DriveTable {
  let game: DrivenGame
  private(set) var isEnded = false
  /// Grows whenever something visible changes.
  private(set) var version = 0
  private var isPaused = true
  private var speed = 1.0
  private var held: [String] = []
  /// Keys that were pressed since the last step, so that none is lost.
  private var presses: [String] = []
  private var pointer: SIMD2<Double>?
  /// When the next step is due, and when the episode was over.
  private var due = 0.0
  private var overSince: Double?
  private var pictures: GamePictures?
  private var watch = 0
  private var isWatched = false
  private var leftAt = monotonicSeconds()
  private var failure: String?
  /// When the recording was last brought up to date.
  private var keptUp = 0.0

  /// Steps per second in a world that waits: an agent's, and those of a key that is held down,
  /// which begin after some seconds.
  private static let (agentPace, heldPace, delay) = (5.0, 8.0, 0.3)
  /// How long the end of an episode is shown before an agent's next episode, and before a key starts one.
  private static let (agentRest, personRest) = (1.2, 0.4)
  private static let mostPresses = 3

  init(_ game: DrivenGame) { self.game = game }

  // MARK: Time

  /// Takes the steps that are due by now.
  mutating func pass(_ now: Double) {
    guard !isEnded else { return }
    if now - keptUp > 0.1 {
      keptUp = now
      attempt { try $0.game.keepUp() }
    }
    guard !isPaused else { return }
    attempt { table in
      if table.game.isOver { return try table.rest(now) }
      guard let interval = table.interval else { return }
      // After a long absence the game continues where it was.
      if now - table.due > 0.25 { table.due = now }
      while table.due <= now, !table.game.isOver {
        try table.step(now)
        table.due += interval
      }
    }
  }

  /// The seconds between two steps; nil if the world waits.
  private var interval: Double? {
    switch game.handling.pace {
    case .clock(let pace): return 1 / (pace * speed)
    case .turns:
      if game.driver == .agent { return 1 / (Self.agentPace * speed) }
      return held.isEmpty && pointer == nil ? nil : 1 / (Self.heldPace * speed)
    }
  }

  private mutating func rest(_ now: Double) throws {
    let since = overSince ?? now
    overSince = since
    let goesOn = game.continues && game.episode.ending == .truncated
    guard goesOn || (game.driver == .agent && now - since > Self.agentRest) else { return }
    try begin(afresh: false, now)
  }

  private mutating func begin(afresh: Bool, _ now: Double) throws {
    try game.beginEpisode(afresh: afresh)
    (overSince, due, presses) = (nil, now, [])
    version += 1
  }

  private mutating func step(_ now: Double) throws {
    let pressed = presses.isEmpty ? [] : [presses.removeFirst()]
    let place = pointer.flatMap { at in
      pictures.flatMap { $0.place(x: at.x * Double($0.width), y: at.y * Double($0.height)) }
    }
    let choice = game.controls.choice(pressing: held + pressed, toward: place)
    if try game.step(choice) != nil { version += 1 }
    if game.isOver { overSince = now }
  }

  /// Runs what may fail; a failure pauses the game and is shown.
  private mutating func attempt(_ body: (inout DriveTable) throws -> Void) {
    do {
      try body(&self)
    } catch {
      (failure, isPaused) = ("\(error)", true)
      version += 1
    }
  }

  // MARK: What people do

  /// Applies keys and pointer. One of the world's keys takes over from the agent.
  mutating func take(_ input: DriveInput, _ now: Double) throws {
    try requireOpen()
    let known = Set(game.controls.keys.flatMap(\.codes))
    let pressed = input.pressed.flatMap { known.contains($0) ? $0 : nil }
    let isNew = pressed != nil || (input.pointer != nil && pointer == nil)
    held = input.held.filter(known.contains)
    pointer = game.controls.canPoint ? input.pointer : nil
    guard isNew else { return }
    version += 1
    game.driver = .person
    if isPaused { (isPaused, due) = (false, now) }
    if game.isOver {
      if now - (overSince ?? now) >= Self.personRest { try begin(afresh: false, now) }
      return
    }
    if let pressed { presses = presses.suffix(Self.mostPresses - 1) + [pressed] }
    if case .turns = game.handling.pace {
      try step(now)
      due = now + Self.delay
    }
  }

  /// Pauses or continues the game.
  mutating func pause(_ isPaused: Bool, _ now: Double) {
    (self.isPaused, due) = (isPaused, now)
    version += 1
  }

  /// Hands the choice of actions to the agent or to the person.
  mutating func hand(to word: String, _ now: Double) throws {
    try requireOpen()
    guard let driver = DrivenGame.Driver(rawValue: word) else {
      throw Refusal.invalid("a person or the agent drives, not '\(word)'")
    }
    guard driver == .person || game.hasAgent else {
      throw Refusal.conflict("there is no trained agent here that could drive")
    }
    game.driver = driver
    if driver == .agent { (isPaused, due) = (false, now) }
    version += 1
  }

  /// The speed of the clock.
  mutating func setSpeed(_ speed: Double) throws {
    guard (0.05...64).contains(speed) else {
      throw Refusal.invalid("a speed must be a number from 0.05 to 64")
    }
    self.speed = speed
    version += 1
  }

  /// Takes one step while the game is paused.
  mutating func stepOnce(_ now: Double) throws {
    try requireOpen()
    isPaused = true
    if game.isOver { try begin(afresh: false, now) } else { try step(now) }
  }

  /// Starts the next episode.
  mutating func restart(_ now: Double) throws {
    try requireOpen()
    try begin(afresh: true, now)
    // A person starts when ready.
    if game.driver == .person { isPaused = true }
  }

  /// Ends the game and its recording.
  mutating func end() throws {
    guard !isEnded else { return }
    isEnded = true
    version += 1
    try game.finish()
  }

  private func requireOpen() throws(Refusal) {
    guard !isEnded else { throw .conflict("this game is over; its recording is in the library") }
  }

  // MARK: Watching

  mutating func watch(
    _ size: Int, _ options: PictureOptions, _ tables: PictureTables
  ) throws -> Int {
    pictures = try GamePictures(of: game, size: size, options: options, by: tables)
    (isWatched, watch) = (true, watch + 1)
    return watch
  }

  func isWatched(by number: Int) -> Bool { isWatched && watch == number }

  mutating func leave(_ number: Int, _ now: Double) {
    guard watch == number else { return }
    (isWatched, leftAt, held, pointer) = (false, now, [], nil)
  }

  func idleSeconds(_ now: Double) -> Double { isWatched ? 0 : now - leftAt }

  /// The current picture; none if it cannot be drawn.
  mutating func png() -> [UInt8] {
    var png: [UInt8] = []
    attempt { [game] in png = try $0.pictures?.png(game) ?? [] }
    return png
  }
}

extension DriveTable {
  /// The state of the game's clock, for the page.
  var standing: [JSON.Member] {
    [
      .init("paused", .bool(isPaused)), .init("ended", .bool(isEnded)),
      .init("speed", .number(speed)), .init("failure", failure.map(JSON.string) ?? .null),
    ]
  }
}
