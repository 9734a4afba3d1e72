/// Why a setting was refused.
package struct SettingError: Error, Equatable, CustomStringConvertible {
  /// A sentence for people.
  package let description: String

  /// A refusal with its sentence.
  package init(_ description: String) { self.description = description }
}

/// One documented number or choice of a configuration: how it is named, read, typed and checked.
package struct Setting<Configuration>: Sendable {
  package let name: String
  package let help: String
  /// What it may be, where that is one of a few words.
  package var choices: [String] = []
  package let read: @Sendable (Configuration) -> JSON
  package let write: @Sendable (inout Configuration, String) throws(SettingError) -> Void

  /// A real number within bounds.
  package static func number(
    _ name: String, _ path: any WritableKeyPath<Configuration, Double> & Sendable,
    in range: ClosedRange<Double>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, read: { .number($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        guard let value = Double(text), range.contains(value) else {
          throw SettingError(
            "\(name) is a number from \(plain(range.lowerBound)) to \(plain(range.upperBound)), "
              + "not '\(text)'")
        }
        configuration[keyPath: path] = value
      })
  }

  /// A whole number within bounds.
  package static func count(
    _ name: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable,
    in range: ClosedRange<Int>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, read: { .integer($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        guard let value = Int(text), range.contains(value) else {
          throw SettingError(
            "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), "
              + "not '\(text)'")
        }
        configuration[keyPath: path] = value
      })
  }

  /// A number that may change from episode to episode.
  package static func schedule(
    _ name: String, _ path: any WritableKeyPath<Configuration, Schedule> & Sendable,
    in range: ClosedRange<Double>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, read: { $0[keyPath: path].json },
      write: { configuration, text throws(SettingError) in
        guard let value = Schedule(text), range.contains(value.range.lowerBound),
          range.contains(value.range.upperBound)
        else {
          throw SettingError(
            "\(name) is a number from \(plain(range.lowerBound)) to \(plain(range.upperBound)), "
              + "linear(from,to), cosine(from,to[,half]), ramp(from,to,episodes) or "
              + "exponential(from,factor,floor), not '\(text)'")
        }
        configuration[keyPath: path] = value
      })
  }

  /// Some whole numbers within bounds, between commas; there may be none.
  package static func counts(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Int]> & Sendable,
    in range: ClosedRange<Int>, atMost most: Int, _ help: String
  ) -> Self {
    Self(
      name: name, help: help,
      read: { .string($0[keyPath: path].map(String.init).joined(separator: ",")) },
      write: { configuration, text throws(SettingError) in
        let words = text.split(separator: ",", omittingEmptySubsequences: text.isEmpty)
        let values = words.compactMap { Int($0.filter { $0 != " " }) }.filter(range.contains)
        guard values.count == words.count, values.count <= most else {
          throw SettingError(
            "\(name) is at most \(most) whole numbers from \(range.lowerBound) to "
              + "\(range.upperBound) between commas, not '\(text)'")
        }
        configuration[keyPath: path] = values
      })
  }

  /// Yes or no.
  package static func flag(
    _ name: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, read: { .bool($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        switch text {
        case "yes", "true": configuration[keyPath: path] = true
        case "no", "false": configuration[keyPath: path] = false
        default: throw SettingError("\(name) is yes or no, not '\(text)'")
        }
      })
  }

  /// One of a few words.
  package static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Choice> & Sendable, _ help: String
  ) -> Self where Choice.RawValue == String {
    Self(
      name: name, help: help, choices: Choice.allCases.map(\.rawValue),
      read: { .string($0[keyPath: path].rawValue) },
      write: { configuration, text throws(SettingError) in
        guard let value = Choice(rawValue: text) else {
          let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
          throw SettingError("\(name) is \(words), not '\(text)'")
        }
        configuration[keyPath: path] = value
      })
  }
}

/// A bound as people write it: without a point where it is whole.
private func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

/// A value whose properties can be set by name, listed for people, and kept with a run.
package protocol Configuration: Sendable {
  /// Every property that a user may set.
  static var settings: [Setting<Self>] { get }
}

extension Configuration {
  /// All settings by name, in the order of their declaration.
  package var members: [JSON.Member] { Self.settings.map { JSON.Member($0.name, $0.read(self)) } }

  /// All settings by name with what they mean, for help.
  package var explained: [(member: JSON.Member, help: String)] {
    zip(members, Self.settings).map { ($0, $1.help) }
  }

  /// Sets one property; false where it has no such name.
  package mutating func set(_ name: String, to text: String) throws(SettingError) -> Bool {
    guard let setting = Self.settings.first(where: { $0.name == name }) else { return false }
    try setting.write(&self, text)
    return true
  }

  /// Takes every property that a recorded configuration names.
  package mutating func restore(_ configuration: JSON) throws(SettingError) {
    for setting in Self.settings {
      guard let value = configuration[setting.name] else { continue }
      try setting.write(&self, value.text ?? value.compact)
    }
  }
}
