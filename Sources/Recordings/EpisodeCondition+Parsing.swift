internal import Rollouts

/// Why a condition cannot be parsed, and where.
package struct ConditionError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  package var reason: String
  /// The position in the text, in letters from 1.
  package var column: Int
  /// The word there; empty at the end.
  package var found: String

  /// The failure as one sentence.
  package var description: String {
    let place = found.isEmpty ? "at its end" : "at '\(found)' (letter \(column))"
    return "\(place), \(reason)"
  }
}

extension EpisodeCondition {
  /// Parses a condition.
  package init(parsing text: String) throws(ConditionError) {
    var parser = ConditionParser(text)
    self = try parser.condition()
  }
}

/// Parses a condition word by word: `or` binds least, then `and`, then `not`.
private struct ConditionParser {
  private struct Word {
    var text: String
    var column: Int
  }

  private var words: [Word] = []
  private var next = 0
  private var depth = 0

  /// Deeper nesting is never intended, and would exhaust the stack.
  private static let deepest = 50
  private static let longest = 1000

  init(_ text: String) {
    let letters = Array(text)
    var start = 0
    while start < letters.count {
      if letters[start].isWhitespace {
        start += 1
        continue
      }
      var end = start + 1
      if Self.isPart(letters[start]) {
        while end < letters.count, Self.isPart(letters[end]) { end += 1 }
      } else if end < letters.count, "<>=!".contains(letters[start]), letters[end] == "=" {
        end += 1
      }
      words.append(Word(text: String(letters[start..<end]), column: start + 1))
      start = end
    }
  }

  /// Whether a letter can be part of a name or a number.
  private static func isPart(_ letter: Character) -> Bool {
    letter.isLetter || letter.isNumber || "_.-−+".contains(letter)
  }

  mutating func condition() throws(ConditionError) -> EpisodeCondition {
    guard words.count <= Self.longest else {
      next = Self.longest
      throw error("a condition has at most \(Self.longest) words")
    }
    let condition = try either()
    guard next == words.count else { throw error("expected 'and', 'or' or the end") }
    return condition
  }

  private mutating func either() throws(ConditionError) -> EpisodeCondition {
    var condition = try both()
    while take("or") { condition = .or(condition, try both()) }
    return condition
  }

  private mutating func both() throws(ConditionError) -> EpisodeCondition {
    var condition = try single()
    while take("and") { condition = .and(condition, try single()) }
    return condition
  }

  private mutating func single() throws(ConditionError) -> EpisodeCondition {
    guard depth < Self.deepest else { throw error("it is nested too deeply") }
    depth += 1
    defer { depth -= 1 }
    if take("not") { return .not(try single()) }
    if take("(") {
      let inner = try either()
      guard take(")") else { throw error("expected ')'") }
      return inner
    }
    if take("success") { return .success }
    if take("ending") { return try ending() }
    let first = try number(
      "expected a condition, such as return > 0, ending = truncated, success")
    guard let comparison = try comparison() else {
      throw error("expected a comparison, one of < <= > >= = !=")
    }
    let second = try number("expected a number or one of \(Self.fields)")
    return .compare(first, comparison, second)
  }

  private mutating func ending() throws(ConditionError) -> EpisodeCondition {
    let place = next
    guard let comparison = try comparison(), comparison == .equal || comparison == .unequal else {
      next = min(place, next)
      throw error("expected = or !=")
    }
    let endings = Ending.allCases
    guard let word = peek, let ending = endings.first(where: { $0.name == word }) else {
      throw error("expected one of \(endings.map(\.name).joined(separator: ", "))")
    }
    next += 1
    return .ending(comparison, ending)
  }

  private mutating func comparison() throws(ConditionError) -> EpisodeCondition.Comparison? {
    guard let word = peek else { return nil }
    let found = EpisodeCondition.Comparison(rawValue: word == "==" ? "=" : word)
    if found != nil { next += 1 }
    return found
  }

  private mutating func number(_ expected: String) throws(ConditionError)
    -> EpisodeCondition.Number
  {
    guard let word = peek else { throw error(expected) }
    if let field = EpisodeCondition.Field(rawValue: word) {
      next += 1
      return .field(field)
    }
    // Also accepts the typographic minus sign.
    if let value = Double(word.replacing("−", with: "-")), value.isFinite {
      next += 1
      return .literal(value)
    }
    let known = EpisodeCondition.vocabulary.joined(separator: ", ")
    let isName = word.first?.isLetter == true && !["and", "or", "not", "ending"].contains(word)
    throw error(isName ? "unknown name; known names are \(known)" : expected)
  }

  private static let fields = EpisodeCondition.Field.allCases.map(\.rawValue).joined(
    separator: ", ")

  private var peek: String? { next < words.count ? words[next].text : nil }

  private mutating func take(_ word: String) -> Bool {
    guard peek == word else { return false }
    next += 1
    return true
  }

  private func error(_ reason: String) -> ConditionError {
    guard next < words.count else {
      let last = words.last
      return ConditionError(
        reason: reason, column: last.map { $0.column + $0.text.count } ?? 1, found: "")
    }
    return ConditionError(
      reason: reason, column: words[next].column, found: String(words[next].text.prefix(40)))
  }
}
