import Rollouts
import TestSupport
import Testing
import Trainers

struct LanguagePageTests {
  @Test func `the page names every setting, default and metric`() throws {
    let page = try Repository.text("docs/language.md")
    try expectSettings(TextConfiguration(), on: "docs/language.md")
    var quick = TextConfiguration.nano
    (quick.steps, quick.evaluationBatches) = (2, 1)
    var trainer = try TextTrainer(
      String(repeating: "to be or not to be. ", count: 40), seed: 1, settings: quick)
    var sink = MemorySink()
    var clock = 0.0
    try trainer.train(
      into: &sink,
      now: {
        clock += 1
        return clock
      })
    for name in Set(sink.metrics.map(\.name)) { #expect(page.contains("| `\(name)` |"), "\(name)") }
  }
}
