import Platform
package import Recordings
package import Rollouts

/// Every update of one state of a Q-table.
package struct CellHistory: Sendable {
  package let names: StateNames
  package let state: Int
  package let actions: Int
  /// All updates up to a step, earliest first.
  package let updates: [QUpdate]
  /// The state's value after each of them.
  package let values: [Double]
  /// The indices of the updates that mattered, with the reason.
  package let marks: [Mark]

  /// An update that mattered.
  package struct Mark: Sendable, Equatable {
    package var place: Int
    package var reason: Reason
  }

  /// Why an update mattered.
  package enum Reason: Sendable, Equatable {
    /// It was the first that changed a value.
    case first
    /// Another action became the best: the old best ones and the new ones.
    case best(from: [Int], to: [Int])
    /// It was among the largest changes.
    case large
  }

  /// How many of the largest changes are marked.
  private static let largest = 5

  /// The history of a state up to a number of steps.
  package init(of recording: Recording, state: Int, before step: Int) throws {
    guard try recording.foldsTable() else {
      throw RunError.run(
        "\(recording.path) does not declare its learning rule, so its updates are not known"
      )
    }
    let start = try recording.qTable(at: 0)
    guard (0..<start.states).contains(state) else {
      throw RunError.request("there is no state \(state) among \(start.states)")
    }
    names = StateNames(try recording.description().world)
    (self.state, actions) = (state, start.actions)
    updates = try recording.qUpdates(of: state, before: step)
    var row = Array(start.row(state))
    var (values, marks) = ([Double](), [Mark]())
    values.reserveCapacity(updates.count)
    func best() -> [Int] {
      let most = row.max() ?? 0
      return row.indices.filter { row[$0] == most && most != -.infinity }
    }
    var before = best()
    var hasChanged = false
    for (place, update) in updates.enumerated() {
      row[update.action] = update.after
      values.append(row.max() ?? 0)
      guard update.after != update.before else { continue }
      let after = best()
      if !hasChanged {
        marks.append(Mark(place: place, reason: .first))
        hasChanged = true
      } else if after != before {
        marks.append(Mark(place: place, reason: .best(from: before, to: after)))
      }
      before = after
    }
    let known = Set(marks.map(\.place))
    let large = updates.indices.filter { [updates] in updates[$0].change > 0 }
      .sorted { [updates] in (-updates[$0].change, $0) < (-updates[$1].change, $1) }
      .prefix(Self.largest).filter { !known.contains($0) }
    self.values = values
    self.marks = (marks + large.map { Mark(place: $0, reason: .large) })
      .sorted { $0.place < $1.place }
  }

  /// The reason, in a few words.
  package func text(of reason: Reason) -> String {
    func words(_ actions: [Int]) -> String {
      actions.count == self.actions
        ? "any" : actions.map(names.action).joined(separator: " or ")
    }
    return switch reason {
    case .first: "the first change"
    case .best(let from, let to): "the best action changes from \(words(from)) to \(words(to))"
    case .large: "one of the \(Self.largest) largest changes"
    }
  }

  /// The history as JSON.
  package var json: JSON {
    let reasons = Dictionary(uniqueKeysWithValues: marks.map { ($0.place, text(of: $0.reason)) })
    return .object(
      [.init("state", .integer(state))] + names.members(state) + [
        .init(
          "updates",
          .array(
            updates.enumerated().map { place, update in
              [
                "step": .integer(update.step), "episode": .integer(update.episode),
                "action": .string(names.action(update.action)), "reward": .number(update.reward),
                "next_state": .integer(update.next), "alpha": .number(update.alpha),
                "before": .number(update.before), "after": .number(update.after),
                "state_value": .number(values[place]),
                "mattered": reasons[place].map(JSON.string) ?? .null,
              ]
            }))
      ])
  }
}

extension QUpdate {
  /// How much the update changed a value.
  fileprivate var change: Double { abs(after - before) }
}
