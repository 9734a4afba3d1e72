/// A state that is recorded as bytes, which the world's fields describe.
package protocol RecordedState: Sendable, Equatable {
  /// The recorded form, little-endian.
  var bytes: [UInt8] { get }
  /// The state of a recorded form; nil where that is none.
  init?(bytes: some Collection<UInt8>)
}

/// A world that a network learns: it sees a state as a row of numbers and chooses among a few actions.
package protocol ObservedWorld: World where State: RecordedState, Action == Int {
  /// What each number of an observation is called, in order.
  var observationNames: [String] { get }
  /// How many numbers an observation has.
  var observationCount: Int { get }
  /// Writes what a learner sees in a state: a pure function of it.
  func observe(_ state: State, into values: UnsafeMutableBufferPointer<Float>)
  /// Whether nothing is reset after a truncated episode: the next starts in the state that it ended in.
  var isContinuing: Bool { get }
}

extension ObservedWorld {
  /// A world whose episodes all begin at a start.
  package var isContinuing: Bool { false }

  /// What a learner sees in a state.
  package func observation(_ state: State) -> [Float] {
    [Float](unsafeUninitializedCapacity: observationCount) { values, count in
      observe(state, into: values)
      count = observationCount
    }
  }
}
