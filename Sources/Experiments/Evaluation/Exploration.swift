import Platform
package import Rollouts

/// A world that is tried out before any training.
package struct Exploration {
  /// The result of one way to act.
  package struct Trial {
    package var name: String
    package var steps: Int
    package var total: Double
    package var ending: Ending
    /// The first and the last state, by the recording's fields.
    package var first: String
    package var last: String
  }

  /// Each fixed action, repeated for `steps` steps.
  package let fixed: [Trial]
  /// The returns of whole episodes of random play, and of only the first action.
  package let random: [Double]
  package let idle: [Double]
  package let idleName: String

  /// How many steps each fixed action is tried.
  package static let steps = 100

  /// Tries a world that is ready to step.
  package init(_ world: any World, seed: UInt64, episodes: Int) throws {
    if let table = world as? any TabularWorld {
      self = Self.explored(table, seed: seed, episodes: episodes)
    } else if let observable = world as? any ObservableWorld {
      self = Self.explored(observable, seed: seed, episodes: episodes)
    } else {
      throw RunError.run("\(world.description.name) shows nothing that could be learned from")
    }
  }

  private init<W: World>(
    _ world: W, actions: [(name: String, action: W.Action)], seed: UInt64, episodes: Int,
    isAllowed: (W.State, W.Action) -> Bool = { _, _ in true },
    chance: ((Draws) -> W.Action)? = nil, show: (W.State) -> String
  ) {
    let generator = Generator(seed: seed)
    func play(
      _ episode: Int, atMost limit: Int, _ choose: (W.State, Draws) -> W.Action?
    ) -> (Trial, allowed: Bool) {
      var state = world.start(generator.draws(for: .start, episode: episode, t: 0))
      var trial = Trial(
        name: "", steps: 0, total: 0, ending: .running, first: show(state), last: "")
      var allowed = true
      while trial.steps < limit, trial.ending == .running {
        let draws = generator.draws(for: .policy, episode: episode, t: trial.steps)
        guard let action = choose(state, draws) else {
          allowed = false
          break
        }
        let outcome = world.step(
          state, action, generator.draws(for: .world, episode: episode, t: trial.steps))
        state = outcome.next
        trial.steps += 1
        trial.total += outcome.reward
        trial.ending = outcome.ending
      }
      trial.last = show(state)
      return (trial, allowed)
    }
    fixed = actions.map { named in
      var (trial, allowed) = play(1, atMost: Self.steps) { state, _ in
        isAllowed(state, named.action) ? named.action : nil
      }
      trial.name = allowed ? named.name : "\(named.name) (as long as it is allowed)"
      return trial
    }
    let limit = min(world.stepLimit, 2000)
    random = (1...episodes).map { episode in
      play(episode, atMost: limit) { state, draws in
        if let chance { return chance(draws) }
        let choices = actions.filter { isAllowed(state, $0.action) }
        return choices.isEmpty ? nil : choices[draws.pick(0, below: choices.count)].action
      }.0.total
    }
    idle = (1...episodes).map { episode in
      play(episode, atMost: limit) { state, _ in
        isAllowed(state, actions[0].action) ? actions[0].action : nil
      }.0.total
    }
    idleName = actions.first?.name ?? ""
  }

  private static func explored(
    _ world: some TabularWorld, seed: UInt64, episodes: Int
  ) -> Exploration {
    let (dynamics, description) = (world.dynamics, world.description)
    let layout = StateLayout(description.fields)
    return Exploration(
      world, actions: description.actions.enumerated().map { ($1.name, $0) }, seed: seed,
      episodes: episodes,
      isAllowed: { dynamics.isLegal($1, in: $0) },
      show: { state in
        guard let layout else { return "\(state)" }
        return zip(layout.names, layout.coordinates(of: state)).map { "\($0) \($1)" }
          .joined(separator: ", ")
      })
  }

  private static func explored<W: ObservableWorld>(
    _ world: W, seed: UInt64, episodes: Int
  ) -> Exploration {
    let fields = world.description.fields
    func action(_ numbers: [Float]) -> W.Action { W.Action(numbers: numbers.span) }
    let show = { (state: W.State) in FieldText.text(of: state.bytes, fields) }
    guard case .continuous(let count) = world.actionSpace else {
      return Exploration(
        world,
        actions: world.description.actions.enumerated().map { ($1.name, action([Float($0)])) },
        seed: seed, episodes: episodes, show: show)
    }
    // No number, each number alone, and all in turn.
    let zero = [Float](repeating: 0, count: count)
    let alone = (0..<count).map { place in zero.indices.map { $0 == place ? Float(1) : 0 } }
    let turns = zero.indices.map { $0 % 2 == 0 ? Float(1) : -1 }
    return Exploration(
      world,
      actions: ([zero] + alone + [turns]).map { numbers in
        (
          "[" + numbers.map { NumberFormat.decimal(Double($0), 0) }.joined(separator: ", ") + "]",
          action(numbers)
        )
      }, seed: seed, episodes: episodes,
      chance: { draws in
        action(zero.indices.map { Float(draws.word($0)) * 0x1p-31 - 1 })
      }, show: show)
  }
}

/// A recorded state's fields as text.
enum FieldText {
  /// The first few fields that are single numbers.
  static func text(of bytes: [UInt8], _ fields: [Field], most: Int = 5) -> String {
    fields.filter { $0.subject == "state" && $0.count == 1 }.prefix(most).compactMap { field in
      number(field, bytes).map { "\(field.name) \($0)" }
    }.joined(separator: ", ")
  }

  private static func number(_ field: Field, _ bytes: [UInt8]) -> String? {
    let sizes = [
      "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "uint32": 4, "int32": 4, "float32": 4,
      "float64": 8,
    ]
    guard let size = sizes[field.type], field.offset + size <= bytes.count else { return nil }
    var word: UInt64 = 0
    for index in (0..<size).reversed() { word = word << 8 | UInt64(bytes[field.offset + index]) }
    switch field.type {
    case "float32": return NumberFormat.decimal(Double(Float(bitPattern: UInt32(word))), 2)
    case "float64": return NumberFormat.decimal(Double(bitPattern: word), 4)
    case "int8": return "\(Int8(truncatingIfNeeded: word))"
    case "int16": return "\(Int16(truncatingIfNeeded: word))"
    case "int32": return "\(Int32(truncatingIfNeeded: word))"
    default: return "\(word)"
    }
  }
}
