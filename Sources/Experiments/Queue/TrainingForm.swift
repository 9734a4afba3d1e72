package import Rollouts
import Worlds

/// Everything that can be set before training, from the declarations that check it.
package struct TrainingForm: Sendable {
  /// A world, or texts.
  package struct Subject: Sendable {
    package var name: String
    /// The maps that can be named; nil if there is no choice.
    package var maps: [String]?
    package var usualMap: String?
    package var presets: [PresetSettings]
  }

  /// A preset with all its settings and rules.
  package struct PresetSettings: Sendable {
    package var name: String
    package var help: String
    package var trainer: String
    package var policy: String?
    /// A trainable world or text, with all settings and rules.
    package var plan: TrainingPlan
  }

  package var subjects: [Subject]
  /// Why a preset is missing, such as a map that is not here.
  package var problems: [String] = []

  /// The form of a catalog. What cannot be offered is left out, with the reason.
  package init(of catalog: Catalog = .builtIn) {
    var problems: [String] = []
    subjects = catalog.subjects.compactMap { name in
      do {
        return try Subject(name, in: catalog)
      } catch {
        problems.append("\(name): \(error)")
        return nil
      }
    }
    self.problems = problems
  }

  /// The form as JSON.
  package var json: JSON {
    [
      "subjects": .array(subjects.map(\.json)),
      "problems": .array(problems.map(JSON.string)),
    ]
  }
}

extension TrainingForm.Subject {
  init(_ name: String, in catalog: Catalog) throws {
    self.name = name
    let source = catalog.worlds[name]?.maps
    maps = source.map { MapFinder($0, of: name).names }
    usualMap = source.flatMap { $0.usualFile ?? $0.builtIn.first?.name }
    presets = try catalog.presets(of: name).map { preset in
      let plan = try catalog.plan(PlanRequest(name, preset: preset.name))
      return TrainingForm.PresetSettings(
        name: preset.name, help: preset.help, trainer: preset.trainerName,
        policy: plan.settings.policyKind, plan: plan)
    }
  }

  fileprivate var json: JSON {
    [
      "name": .string(name), "text": .bool(name == TrainingText.subjectName),
      "maps": maps.map { .array($0.map(JSON.string)) } ?? .null,
      "usual_map": usualMap.map(JSON.string) ?? .null,
      "presets": .array(presets.map(\.json)),
    ]
  }
}

extension TrainingForm.PresetSettings {
  fileprivate var json: JSON {
    [
      "name": .string(name), "explanation": .string(help), "trainer": .string(trainer),
      "policy": policy.map(JSON.string) ?? .null, "settings": TrainingForm.json(of: plan),
    ]
  }
}

extension TrainingForm {
  /// Every setting and rule of a plan, with its meaning and owner.
  package static func json(of plan: TrainingPlan) -> JSON {
    let trainers = plan.settings.explained.count
    return .array(
      plan.explained.enumerated().map { index, setting in
        let owner: JSON.Member = .init("of", index < trainers ? "trainer" : "world")
        return .object(setting.members + [owner])
      })
  }
}

extension ExplainedSetting {
  /// The setting as flat JSON, for a form field.
  package var members: [JSON.Member] {
    let all: [JSON.Member] = [
      .init("name", .string(member.key)), .init("explanation", .string(help)),
      .init("default", .string(typed)), .init("type", .string(kind.name)),
      .init("allowed", .string(kind.words)),
    ]
    return all + kind.bounds
  }

  /// The value as it is typed.
  package var typed: String {
    switch member.value {
    case .bool(let isSet): isSet ? "yes" : "no"
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    default: member.value.text ?? member.value.compact
    }
  }
}

extension SettingKind {
  /// The type of its values.
  fileprivate var name: String {
    switch self {
    case .number: "number"
    case .count: "integer"
    case .schedule: "schedule"
    case .counts: "integers"
    case .flag: "flag"
    case .choice: "choice"
    }
  }

  /// The limits of its values.
  fileprivate var bounds: [JSON.Member] {
    switch self {
    case .number(let range), .schedule(let range):
      [.init("min", .number(range.lowerBound)), .init("max", .number(range.upperBound))]
    case .count(let range), .counts(let range, _):
      [.init("min", .integer(range.lowerBound)), .init("max", .integer(range.upperBound))]
    case .flag: [.init("choices", ["yes", "no"])]
    case .choice(let words): [.init("choices", .array(words.map(JSON.string)))]
    }
  }
}
