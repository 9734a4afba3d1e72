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
    // Whoever started the program may have blocked them in a thread of its own, which is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// From now on a signal is nothing: another process is asked as well, and decides.
  static func ignore() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
  }

  /// From now on a signal ends the program at once.
  static func yield() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }

  /// Asks for a clean stop as a signal does.
  static func request() { asked.store(true, ordering: .relaxed) }

  static var isRequested: Bool { asked.load(ordering: .relaxed) }
}
