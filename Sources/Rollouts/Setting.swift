/// Why a setting was refused.
package struct SettingError: Error, Equatable, CustomStringConvertible {
  /// A message for people.
  package let description: String

  /// A refusal with its message.
  package init(_ description: String) { self.description = description }
}

/// The type and bounds of a setting's value. Checks and forms use the same description.
package enum SettingKind: Sendable, Equatable {
  case number(ClosedRange<Double>)
  case count(ClosedRange<Int>)
  /// A number that may change from episode to episode.
  case schedule(ClosedRange<Double>)
  /// Whole numbers separated by commas.
  case counts(ClosedRange<Int>, atMost: Int)
  case flag
  case choice([String])

  /// A description of the permitted values.
  package var words: String {
    switch self {
    case .number(let range):
      "a number from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .schedule(let range):
      SettingKind.number(range).words + ", linear(from,to), cosine(from,to[,half]), "
        + "ramp(from,to,episodes) or exponential(from,factor,floor)"
    case .counts(let range, let most):
      "at most \(most) whole numbers from \(range.lowerBound) to \(range.upperBound), separated by commas"
    case .flag: "yes or no"
    case .choice(let words): words.joined(separator: " or ")
    }
  }

  /// The error for a text that is not permitted.
  fileprivate func refusal(of text: String, for name: String) -> SettingError {
    // On one line, whatever the text is.
    SettingError("\(name) must be \(words), not '\(String(text.map { $0.isNewline ? " " : $0 }))'")
  }

  /// A bound as people write it: without a decimal point where it is whole.
  private func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension Int {
  /// A whole number as people type it: `1000000`, `1e6` or `2.5e6`.
  package init?(typed text: String) {
    if let number = Int(text) {
      self = number
      return
    }
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }),
      text.contains(where: { $0 == "e" || $0 == "E" }), let value = Double(text),
      abs(value) < 0x1p53, let number = Int(exactly: value)
    else { return nil }
    self = number
  }
}

/// One documented setting of a configuration: how it is named, read, parsed and checked.
package struct Setting<Configuration>: Sendable {
  package let name: String
  /// An alias that is accepted, where the name in recordings is less clear.
  package private(set) var otherName: String?
  package let help: String
  /// The type and bounds of its value.
  package let kind: SettingKind
  package let read: @Sendable (Configuration) -> JSON
  package let write: @Sendable (inout Configuration, String) throws(SettingError) -> Void

  /// A real number within bounds.
  package static func number(
    _ name: String, _ path: any WritableKeyPath<Configuration, Double> & Sendable,
    in range: ClosedRange<Double>, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, kind: .number(range), read: { .number($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        guard let value = Double(text), range.contains(value) else {
          throw SettingKind.number(range).refusal(of: text, for: name)
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
      name: name, help: help, kind: .count(range), read: { .integer($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        guard let value = Int(typed: text), range.contains(value) else {
          throw SettingKind.count(range).refusal(of: text, for: name)
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
      name: name, help: help, kind: .schedule(range), read: { $0[keyPath: path].json },
      write: { configuration, text throws(SettingError) in
        guard let value = Schedule(text), range.contains(value.range.lowerBound),
          range.contains(value.range.upperBound)
        else { throw SettingKind.schedule(range).refusal(of: text, for: name) }
        configuration[keyPath: path] = value
      })
  }

  /// Some whole numbers within bounds, separated by commas; the list may be empty.
  package static func counts(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Int]> & Sendable,
    in range: ClosedRange<Int>, atMost most: Int, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, kind: .counts(range, atMost: most),
      read: { .string($0[keyPath: path].map(String.init).joined(separator: ",")) },
      write: { configuration, text throws(SettingError) in
        let words = text.split(separator: ",", omittingEmptySubsequences: text.isEmpty)
        let values = words.compactMap { Int($0.filter { $0 != " " }) }.filter(range.contains)
        guard values.count == words.count, values.count <= most else {
          throw SettingKind.counts(range, atMost: most).refusal(of: text, for: name)
        }
        configuration[keyPath: path] = values
      })
  }

  /// Yes or no.
  package static func flag(
    _ name: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, kind: .flag, read: { .bool($0[keyPath: path]) },
      write: { configuration, text throws(SettingError) in
        switch text {
        case "yes", "true": configuration[keyPath: path] = true
        case "no", "false": configuration[keyPath: path] = false
        default: throw SettingKind.flag.refusal(of: text, for: name)
        }
      })
  }

  /// One of a few words.
  package static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Choice> & Sendable, _ help: String
  ) -> Self where Choice.RawValue == String {
    let kind = SettingKind.choice(Choice.allCases.map(\.rawValue))
    return Self(
      name: name, help: help, kind: kind,
      read: { .string($0[keyPath: path].rawValue) },
      write: { configuration, text throws(SettingError) in
        guard let value = Choice(rawValue: text) else { throw kind.refusal(of: text, for: name) }
        configuration[keyPath: path] = value
      })
  }
}

extension Setting {
  /// The same setting with an alias.
  package func alsoNamed(_ name: String) -> Self {
    var setting = self
    setting.otherName = name
    return setting
  }
}

/// A setting's value with its meaning and its permitted values.
package struct ExplainedSetting: Sendable {
  package var member: JSON.Member
  package var help: String
  package var kind: SettingKind
}

/// A value whose properties can be set by name, listed for people, and stored with a run.
package protocol Configuration: Sendable {
  /// Every property that a user may set.
  static var settings: [Setting<Self>] { get }
}

extension Configuration {
  /// All settings by name, in the order of their declaration.
  package var members: [JSON.Member] { Self.settings.map { JSON.Member($0.name, $0.read(self)) } }

  /// All settings by name with what they mean, for help.
  package var explained: [ExplainedSetting] {
    zip(members, Self.settings).map { ExplainedSetting(member: $0, help: $1.help, kind: $1.kind) }
  }

  /// Sets one property; false where it has no such name.
  package mutating func set(_ name: String, to text: String) throws(SettingError) -> Bool {
    guard let setting = Self.settings.first(where: { $0.name == name || $0.otherName == name })
    else { return false }
    try setting.write(&self, text)
    return true
  }

  /// Restores every property that a recorded configuration names.
  package mutating func restore(_ configuration: JSON) throws(SettingError) {
    for setting in Self.settings {
      guard let value = configuration[setting.name] else { continue }
      try setting.write(&self, value.text ?? value.compact)
    }
  }
}
