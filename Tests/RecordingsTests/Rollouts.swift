import Glibc
import Recordings
import Rollouts

/// A folder that is removed with the value.
final class Folder {
  let path: String

  /// The repository.
  static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }

  init() {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/reel-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? root
    }
  }

  deinit { _ = shell("rm -rf '\(path)'") }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// The names in the folder.
  var names: [String] { shell("ls -A '\(path)'").output.split(separator: "\n").map(String.init) }
}

/// Runs a command line; returns what it printed, errors included, and its exit status.
func shell(_ command: String) -> (output: String, status: Int32) {
  guard let pipe = popen("exec 2>&1; \(command)", "r") else { return ("", -1) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, pipe)
    guard count > 0 else { break }
    bytes += buffer[..<count]
  }
  let status = pclose(pipe)
  return (String(decoding: bytes, as: UTF8.self), status >> 8 & 0xFF)
}

/// A run in a made-up world of 16 states and 4 actions, random by a seed.
struct RandomRun {
  var seed: UInt64 = 1
  var worlds = 1
  var lengths = 6...60
  var states = 16
  /// Blobs in place of numbers.
  var usesBytes = false
  var alpha = Schedule.constant(0.1)
  var episodes = 1000
  var fractional = false

  var description: RunDescription {
    var run = RunDescription(
      world: WorldDescription(
        name: "maze", map: "S..G", mapName: "tiny",
        actions: [
          ActionMeaning("up", dy: -1), ActionMeaning("down", dy: 1),
          ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1),
        ],
        fields: usesBytes
          ? [
            Field(
              "state", "number", type: "uint8", offset: 0, count: 4, "the same up to four times"),
            Field("action", "number", type: "uint8", offset: 0, count: 4, "the same"),
          ]
          : [
            Field("state", "column", type: "digit", offset: 1, count: 4, "column, from the left"),
            Field("state", "row", type: "digit", offset: 4, count: 4, "row, from the top"),
          ]),
      trainer: "qtable", seed: seed,
      configuration: [
        "alpha": alpha.json, "gamma": 0.9, "episodes": .integer(episodes),
      ])
    run.worlds = worlds
    return run
  }

  /// Records `count` transitions; `learn` sees each before the sink.
  func play<Sink: TransitionSink & ~Copyable>(
    _ count: Int, into sink: inout Sink, learn: (Transition) -> Void = { _ in }
  ) throws {
    var stream = Stream(seed: seed, purpose: .world)
    var episode = Array(repeating: 0, count: worlds)
    var left = Array(repeating: 0, count: worlds)
    var state = Array(repeating: 0, count: worlds)
    var newest = 0
    for step in 0..<count {
      let world = step % worlds
      let word = stream.next()
      if left[world] == 0 {
        newest += 1
        episode[world] = newest
        left[world] = Int.random(in: lengths, using: &stream)
        state[world] = 0
      }
      left[world] -= 1
      let next = Int(word & 0xFFFF) % states
      let action = Int(word >> 16 & 3)
      let whole = Double(Int(word >> 20 & 7)) - 5
      let reward = fractional ? whole * 0.1 : whole
      let ending: Ending =
        left[world] > 0 ? .running : word >> 40 & 3 == 0 ? .truncated : .terminated
      let transition = Transition(
        episode: episode[world], state: value(state[world]), action: value(action),
        reward: reward, next: value(next), ending: ending)
      learn(transition)
      if usesBytes {
        try sink.record(transition)
      } else {
        try sink.record(
          episode: episode[world], state: state[world], action: action, reward: reward,
          next: next, ending: ending)
      }
      state[world] = next
    }
  }

  func value(_ number: Int) -> Value {
    usesBytes ? .bytes(Array(repeating: UInt8(number), count: number % 5)) : .index(number)
  }

  /// The table before anything is learned.
  var blank: QTable { QTable(states: states, actions: 4) }

  /// Records `count` transitions, with a blank table as the first checkpoint.
  @discardableResult
  func record(
    _ count: Int, to path: String, options: RecordingOptions = RecordingOptions()
  ) throws -> Recording {
    var writer = try RecordingWriter(
      creating: path, description, initial: blank.checkpoint(step: 0), options: options)
    try play(count, into: &writer)
    try writer.finish()
    return try Recording(path)
  }
}
