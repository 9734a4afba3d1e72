import Platform
import Synchronization
import Testing

@Suite struct ErrandTests {
  private struct Failure: Error {}

  @Test func `a result can be asked for more than once`() throws {
    let errand = Errand { isWanted in isWanted() ? 42 : 0 }
    #expect(try errand.result() == 42)
    #expect(try errand.result() == 42)
  }

  @Test func `an error of the work is thrown`() {
    let errand = Errand<Int> { _ in throw Failure() }
    #expect(throws: Failure.self) { try errand.result() }
  }

  @Test func `abandoned work is told to stop, and ends before its errand is released`() {
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
