import Analysis
import Glibc

extension TerminalStyle {
  /// What standard output can show: all of it in a terminal, plain ASCII in a file or a pipe.
  static var here: TerminalStyle {
    guard let width = Terminal.width() else { return TerminalStyle() }
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    let colors: Colors =
      getenv("NO_COLOR") != nil || variable("TERM") == "dumb"
      ? .none : ["truecolor", "24bit"].contains(variable("COLORTERM")) ? .full : .palette256
    let language = [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")].first {
      !$0.isEmpty
    }
    return TerminalStyle(
      colors: colors, isUnicode: language?.uppercased().contains("UTF") ?? false,
      width: width)
  }
}
