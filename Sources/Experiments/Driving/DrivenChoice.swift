import Rollouts

/// What a person does in one step.
package enum DrivenChoice: Sendable, Equatable {
  /// One of the world's actions, by its number.
  case action(Int)
  /// The numbers of an action.
  case numbers([Float])
  /// The action that leads toward a place, as the world's `PointedWorld` decides.
  case toward(SIMD2<Double>)
  /// The action that leads in a direction, to the right and down on a picture.
  case along(SIMD2<Double>)
}

extension World {
  /// The action that a choice means in a recorded state, as recordings keep it; nil if it means none that can
  /// be taken there.
  func action(of choice: DrivenChoice, in state: Value) -> Value? {
    let found: Value? =
      switch choice {
      case .action(let number): .index(number)
      case .numbers(let numbers): (self as? any ObservableWorld)?.action(of: numbers)
      case .toward(let place):
        (self as? any PointedWorld)?.action(from: state) { _ in place }
      case .along(let way):
        // A point far outside every map.
        (self as? any PointedWorld)?.action(from: state) { $0 + way * 1e4 }
      }
    guard let state = State(recorded: state), let action = found.flatMap(Action.init(recorded:)),
      allows(action, in: state)
    else { return nil }
    return action.recorded
  }

  /// What a recorded action does in a recorded state; nil if one of them is not of this world, or the action
  /// cannot be taken there.
  func outcome(of action: Value, in state: Value, _ draws: Draws) -> Step<Value>? {
    guard let state = State(recorded: state), contains(state),
      let action = Action(recorded: action), allows(action, in: state)
    else { return nil }
    let step = step(state, action, draws)
    return Step(next: step.next.recorded, reward: step.reward + 0, ending: step.ending)
  }

  /// The state that an episode starts in, as recordings keep it.
  func recordedStart(_ draws: Draws) -> Value { start(draws).recorded }

  /// Whether a recorded state belongs to this world.
  func containsRecorded(_ state: Value) -> Bool { State(recorded: state).map(contains) ?? false }
}

extension ObservableWorld {
  fileprivate func action(of numbers: [Float]) -> Value? {
    guard numbers.count == actionSpace.width, numbers.allSatisfy(\.isFinite) else { return nil }
    return Action(numbers: numbers.span).recorded
  }
}

extension PointedWorld {
  fileprivate func action(
    from state: Value, toward target: (SIMD2<Double>) -> SIMD2<Double>
  ) -> Value? {
    guard let state = State(recorded: state) else { return nil }
    let place = target(place(in: state))
    guard place.x.isFinite, place.y.isFinite else { return nil }
    return action(toward: place, in: state)?.recorded
  }
}
