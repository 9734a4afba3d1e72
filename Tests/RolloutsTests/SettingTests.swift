import Rollouts
import Testing

private enum Mood: String, CaseIterable { case calm, wild }

private struct Sample: Configuration, Equatable {
  var size = 4
  var rate = 0.5
  var fade = Schedule.constant(1)
  var mood = Mood.calm

  static let settings: [Setting<Self>] = [
    .count("size", \.size, in: 1...99, "how large"),
    .number("rate", \.rate, in: 0...1, "how fast"),
    .schedule("fade", \.fade, in: 0...1, "how much is left"),
    .choice("mood", \.mood, "how it feels"),
  ]
}

struct SettingTests {
  @Test func `settings are set by name and listed in order`() throws {
    var sample = Sample()
    #expect(try sample.set("size", to: "7"))
    #expect(try sample.set("rate", to: "0.25"))
    #expect(try sample.set("fade", to: "linear(1,0)"))
    #expect(try sample.set("mood", to: "wild"))
    #expect(try !sample.set("shape", to: "round"))
    let expected = #"{"size":7,"rate":0.25,"fade":"linear(1.0,0.0)","mood":"wild"}"#
    #expect(JSON.object(sample.members).compact == expected)
  }

  @Test(arguments: [
    ("size", "0", "size must be a whole number from 1 to 99, not '0'"),
    ("size", "100", "size must be a whole number from 1 to 99, not '100'"),
    ("size", "4.5", "size must be a whole number from 1 to 99, not '4.5'"),
    ("size", "", "size must be a whole number from 1 to 99, not ''"),
    ("rate", "-0.1", "rate must be a number from 0 to 1, not '-0.1'"),
    ("rate", "nan", "rate must be a number from 0 to 1, not 'nan'"),
    ("rate", "fast", "rate must be a number from 0 to 1, not 'fast'"),
    (
      "fade", "linear(0,2)",
      "fade must be a number from 0 to 1, linear(from,to), cosine(from,to[,half]), "
        + "ramp(from,to,episodes) or exponential(from,factor,floor), not 'linear(0,2)'"
    ),
    ("mood", "sad", "mood must be calm or wild, not 'sad'"),
  ])
  func `an invalid value is refused with one sentence`(name: String, text: String, message: String)
  {
    var sample = Sample()
    #expect(throws: SettingError(message)) { try sample.set(name, to: text) }
    #expect(sample == Sample())
  }

  @Test func `whole numbers may be typed with an exponent, and nothing else becomes one`() {
    for (text, number) in [
      ("1000000", 1_000_000), ("1e6", 1_000_000), ("2.5E3", 2500), ("-3e0", -3), ("7", 7),
    ] {
      #expect(Int(typed: text) == number, "\(text)")
    }
    for text in [
      "", "e", "1e", "2.5", "2.5e0", "1e-1", "1e99", "9007199254740993e0", "0x1e5", "inf", "1e6 ",
    ] {
      #expect(Int(typed: text) == nil, "\(text)")
    }
  }

  @Test func `a recorded configuration is restored, whatever else it holds`() throws {
    var sample = Sample()
    sample.size = 12
    sample.rate = 0.1 + 0.2
    sample.fade = .exponential(from: 1, factor: 0.9997, floor: 0)
    sample.mood = .wild
    let recorded = JSON.object(sample.members + [JSON.Member("other", 3)])
    var restored = Sample()
    try restored.restore(JSON(parsing: recorded.compact))
    #expect(restored == sample)
    try restored.restore(["size": 5])
    #expect(restored.size == 5 && restored.rate == sample.rate)
    #expect(throws: SettingError.self) { try restored.restore(["mood": .null]) }
  }
}
