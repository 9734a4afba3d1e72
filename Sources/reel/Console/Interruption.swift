import Glibc
import Synchronization

/// Ctrl-C and SIGTERM ask for a clean stop; a second one ends the program at once.
enum Interruption {
  private static let asked = Atomic<Bool>(false)

  /// From now on a signal is a request.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.asked.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
  }

  static var isRequested: Bool { asked.load(ordering: .relaxed) }
}
