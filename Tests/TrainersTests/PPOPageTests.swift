import Neural
import Rollouts
import TestSupport
import Testing
import Trainers

struct PPOPageTests {
  @Test func `the page names every setting, default and metric`() throws {
    let page = try Repository.text("docs/trainers.md")
    try expectSettings(PPOConfiguration(), on: "docs/trainers.md")
    var sink = MemorySink()
    var trainer = try PPOTrainer(Mirror(), seed: 1, settings: .small)
    try trainer.train(into: &sink)
    for name in Set(sink.metrics.map(\.name)) { #expect(page.contains("| `\(name)` |")) }
  }

  @Test func `the lab's preset makes the lab's 200 updates, with nothing scaled`() throws {
    let lab = PPOConfiguration.reacherLab
    try lab.validate()
    #expect(lab.worlds * lab.rollout == 2048 && lab.steps == 200 * 2048)
    #expect(lab.hidden == [64, 64] && lab.activation == .relu && lab.logDeviation == -0.5)
    #expect(lab.epochs == 4 && lab.minibatch == 64 && lab.entropyCoefficient == .constant(0.01))
    #expect(abs(lab.learningRate(step: lab.steps - 1) / lab.learningRate(step: 0) - 0.1) < 1e-12)
    #expect(!lab.normalizesObservations && !lab.normalizesReturns)
  }
}
