import Platform
import Synchronization
import Testing

@Suite struct ErrandTests {
  private struct Failure: Error {}

  @Test func `a result is there when it is asked for, and again`() throws {
    let errand = Errand { isWanted in isWanted() ? 42 : 0 }
    #expect(try errand.result() == 42)
    #expect(try errand.result() == 42)
  }

  @Test func `what the work throws is thrown`() {
    let errand = Errand<Int> { _ in throw Failure() }
    #expect(throws: Failure.self) { try errand.result() }
  }

  @Test func `work that nobody wants any more hears so, and ends before its errand is gone`() {
    let box = Box()
    func abandon() {
      _ = Errand { isWanted in
        while isWanted() {}
        box.isEnded.store(true, ordering: .relaxed)
      }
    }
    abandon()
    let isEnded = box.isEnded.load(ordering: .relaxed)
    #expect(isEnded)
  }

  private final class Box: Sendable {
    let isEnded = Atomic<Bool>(false)
  }
}
