import Recordings
import Rollouts
import Testing

@Suite struct ConditionTests {
  /// Episode n has return 10·n − 30, n steps, begins at step 100·n; the fourth was cut off, and
  /// those from the fifth on succeeded.
  private let episodes = (1...6).map { number in
    Episode(
      number: number, seed: 1, firstStep: number * 100, stride: 1, steps: number,
      return: Double(number * 10 - 30), ending: number == 4 ? .truncated : .terminated)
  }

  @Test(arguments: [
    ("return > 0", [4, 5, 6]), ("return>0 and steps<6", [4, 5]), ("return <= -20", [1]),
    ("return = 0", [3]), ("return == 0", [3]), ("0 != return", [1, 2, 4, 5, 6]),
    ("ending = truncated", [4]), ("ending != truncated", [1, 2, 3, 5, 6]), ("success", [5, 6]),
    ("not success and return >= 0", [3, 4]), ("not (success or return < 0)", [3, 4]),
    ("episode = 1 or episode = 2 and steps = 3", [1]),
    ("(episode = 1 or episode = 2) and steps = 2", [2]), ("step >= 500", [5, 6]),
    ("not not success", [5, 6]), ("steps > return", [1, 2, 3]), ("return > −15", [2, 3, 4, 5, 6]),
    ("return > 1e1", [5, 6]), ("  return>\t+25 ", [6]),
  ]) func `conditions are true of these episodes`(text: String, numbers: [Int]) throws {
    let condition = try EpisodeCondition(parsing: text)
    let true_ = episodes.filter { condition.isTrue(of: $0, success: $0.number >= 5) }
    #expect(true_.map(\.number) == numbers)
    #expect(condition.asksForSuccess == text.contains("success"))
  }

  @Test(arguments: [
    ("", "at its end, expected a condition"), ("return", "at its end, expected a comparison"),
    ("return >", "at its end, expected a number or one of"),
    ("return > and", "at 'and' (letter 10)"),
    ("return >> 0", "at '>' (letter 9), expected a number"),
    ("retrun > 0", "at 'retrun' (letter 1), unknown name"),
    ("return > 0 steps < 5", "at 'steps' (letter 12), expected 'and', 'or'"),
    ("(return > 0", "at its end, expected ')'"), ("return > 0)", "at ')' (letter 11)"),
    ("ending > 3", "at '>' (letter 8), expected = or !="),
    ("ending = dead", "at 'dead' (letter 10), expected one of"),
    ("success = 1", "at '=' (letter 9)"), ("return > nan", "at 'nan' (letter 10)"),
    ("return > 1; DROP TABLE episodes", "at ';' (letter 11)"),
    ("ending", "at its end, expected = or !="),
    ("return > 'x'", "at ''' (letter 10)"), ("not", "at its end, expected a condition"),
  ]) func `a text that is not a condition is refused with a sentence that points at the place`(
    text: String, words: String
  ) {
    let error = #expect(throws: ConditionError.self) { try EpisodeCondition(parsing: text) }
    #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [("(", 400), ("not ", 400), ("(", 100_000), ("success or ", 100_000)])
  func `length and depth are bounded`(word: String, count: Int) {
    let text = String(repeating: word, count: count) + "success"
    let error = #expect(throws: ConditionError.self) { try EpisodeCondition(parsing: text) }
    let isLong = count > 1000
    #expect(
      error?.reason == (isLong ? "a condition has at most 1000 words" : "it is nested too deeply"))
  }
}
