package import Rollouts

/// A world of another program, as far as a recording describes it: it can be read and drawn, but
/// not played.
package struct RecordedWorld: World {
  package typealias State = Value
  package typealias Action = Value

  package let description: WorldDescription
  /// Reads its recorded states.
  package let states: RecordedNumbers
  /// Reads its recorded actions, where they are not choices from a list.
  package let actions: RecordedNumbers
  /// Its name without namespace and version, the key in the table of known worlds.
  package let stem: String
  /// The ending of successful episodes; nil where the ending does not show success.
  private let success: Ending?

  /// The world of a recording's description.
  package init(_ description: WorldDescription) {
    self.description = description
    states = RecordedNumbers(description.fields, of: "state")
    actions = RecordedNumbers(description.fields, of: "action")
    stem = ForeignWorlds.stem(of: description.name)
    success = ForeignWorlds.table[stem]?.success
  }

  /// The limit is unknown.
  package var stepLimit: Int { Int(Int32.max) }

  /// Throws: its rules are in another program.
  package func readyToStep() throws(SettingError) -> RecordedWorld {
    throw SettingError(
      "\(description.name) was recorded by another program: it can be drawn but not played")
  }

  package func start(_ draws: Draws) -> Value {
    preconditionFailure("a recorded world is never ready to step")
  }

  package func step(_ state: Value, _ action: Value, _ draws: Draws) -> Step<Value> {
    preconditionFailure("a recorded world is never ready to step")
  }

  package func isSuccess(
    from state: Value, reward: Double, to next: Value, ending: Ending
  ) -> Bool { ending == success }
}
