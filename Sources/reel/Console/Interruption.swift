import Glibc
import Synchronization

/// Makes Ctrl-C and SIGTERM ask for a clean stop; a second signal ends the program at once.
enum Interruption {
  private static let asked = Atomic<Bool>(false)

  /// From now on a signal asks for a stop.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.asked.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
    // The parent process may have blocked the signals, and a blocked mask is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// From now on signals are ignored: another process gets them as well, and decides.
  static func ignore() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
  }

  /// From now on a signal ends the program at once.
  static func yield() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }

  /// Asks for a clean stop, as a signal does.
  static func request() { asked.store(true, ordering: .relaxed) }

  static var isRequested: Bool { asked.load(ordering: .relaxed) }
}
