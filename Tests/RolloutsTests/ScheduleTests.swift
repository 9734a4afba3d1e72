import Rollouts
import TestSupport
import Testing

struct ScheduleTests {
  @Test(arguments: [
    "0.3", "linear(1,0.1)", "cosine(1,0.1)", "exponential(1,0.9,0.05)",
    "exponential(1,0.99,0.05)",
  ])
  func `a value that has settled is that of every later episode`(text: String) throws {
    let schedule = try #require(Schedule(text))
    var kept: Double?
    for episode in 1...100 {
      let value = schedule.value(episode: episode, of: 100)
      if let kept { #expect(value == kept) }
      if schedule.stays(at: value) { kept = value }
    }
    let changing = ["linear(1,0.1)", "cosine(1,0.1)", "exponential(1,0.99,0.05)"]
    #expect((kept == nil) == changing.contains(text))
  }

  @Test(arguments: [
    ("0.1", Schedule.constant(0.1)), ("0", .constant(0)), ("1e-3", .constant(0.001)),
    ("linear(0.1,0.001)", .linear(from: 0.1, to: 0.001)),
    ("linear( 0.1 , 0.001 )", .linear(from: 0.1, to: 0.001)),
    ("cosine(1e-4,5e-5)", .cosine(from: 1e-4, to: 5e-5)),
    ("cosine(1e-4,5e-5,100)", .cosine(from: 1e-4, to: 5e-5, half: 100)),
    ("ramp(0.4,0,80)", .ramp(from: 0.4, to: 0, episodes: 80)),
    ("exponential(1,0.995)", .exponential(from: 1, factor: 0.995, floor: 0)),
    ("exponential(1, 0.995, 0.01)", .exponential(from: 1, factor: 0.995, floor: 0.01)),
  ])
  func `a schedule is read as it is typed, and its text reads back the same`(
    text: String, schedule: Schedule
  ) throws {
    #expect(Schedule(text) == schedule)
    #expect(Schedule(schedule.description) == schedule)
    #expect(Schedule(json: schedule.json) == schedule)
    #expect(try Schedule(json: JSON(parsing: schedule.json.compact)) == schedule)
  }

  @Test(arguments: [
    "", "much", "nan", "inf", "linear", "linear()", "linear(1)", "linear(1,2,3)", "linear(1,)",
    "linear(1,x)", "linear(1,inf)", "linear(1,2", "linear 1,2)", "exponential(1)",
    "exponential(1,1.1)", "exponential(1,-0.1)", "exponential(1,.9,0,0)", "cosine(1)", "(1,2)",
    "0.1)", ")", "ramp(1,2)", "ramp(1,2,0)", "ramp(1,2,.5)", "cosine(1,2,0)",
    "cosine(1,2,3,4)",
  ])
  func `a text that is not a schedule is refused`(text: String) {
    #expect(Schedule(text) == nil)
  }

  @Test func `a cosine of a given half goes down, up and down again`() {
    let wave = Schedule.cosine(from: 1, to: 0.5, half: 100)
    for (episode, value) in [(1, 1), (51, 0.75), (101, 0.5), (151, 0.75), (201, 1), (301, 0.5)] {
      #expect(abs(wave.value(episode: episode, of: 7) - value) < 1e-12, "\(episode)")
    }
  }

  @Test func `values by episode are those of the formulas`() {
    let linear = Schedule.linear(from: 0.1, to: 0.001)
    #expect(linear.value(episode: 1, of: 101) == 0.1)
    #expect(abs(linear.value(episode: 51, of: 101) - 0.0505) < 1e-15)
    #expect(abs(linear.value(episode: 101, of: 101) - 0.001) < 1e-15)
    #expect(linear.value(episode: 500, of: 101) == linear.value(episode: 101, of: 101))
    #expect(linear.value(episode: 1, of: 1) == 0.1)
    let falling = Schedule.exponential(from: 1, factor: 0.5, floor: 0.1)
    #expect((1...6).map { falling.value(episode: $0, of: 6) } == [1, 0.5, 0.25, 0.125, 0.1, 0.1])
    let ramp = Schedule.ramp(from: 0.4, to: 0, episodes: 80)
    #expect([1, 41, 81, 200].map { ramp.value(episode: $0, of: 300) } == [0.4, 0.2, 0, 0])
    #expect(Schedule.constant(0.3).value(episode: 7, of: 9) == 0.3)
  }

  @Test(arguments: [
    ("rate linear", Schedule.linear(from: 1, to: 0.1), 9),
    ("rate cosine", .cosine(from: 1, to: 0.1), 10),
  ])
  func `values follow PyTorch's learning rate schedules`(name: String, schedule: Schedule, of: Int)
    throws
  {
    let reference = try JSON(parsing: Repository.text("Tests/Reference/neural.json"))
    let known = try #require(reference[name]).numbers()
    #expect(known.count >= of)
    for (index, known) in known.enumerated() {
      let value = schedule.value(episode: index + 1, of: of)
      #expect(abs(value - known) < 1e-12, "episode \(index + 1)")
    }
    #expect(schedule.value(episode: 1, of: 1) == 1)
    #expect(abs(schedule.value(episode: 1_000_000, of: of) - 0.1) < 1e-15)
  }

  @Test(arguments: [
    Schedule.constant(0.2), .linear(from: 0.1, to: 0.9), .linear(from: 1, to: 0.2),
    .cosine(from: 0.1, to: 0.9),
    .exponential(from: 1, factor: 0.9, floor: 0.05),
    .exponential(from: 0.1, factor: 0.9, floor: 0.5), .ramp(from: 0.4, to: 0, episodes: 50),
  ])
  func `no value leaves the stated range`(schedule: Schedule) {
    for episode in 1...200 {
      let value = schedule.value(episode: episode, of: 100)
      #expect(schedule.range.lowerBound - 1e-15 <= value)
      #expect(value <= schedule.range.upperBound + 1e-15)
    }
  }
}
