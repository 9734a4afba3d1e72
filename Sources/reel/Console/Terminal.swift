import Glibc

/// How wide a line may be in a terminal.
enum Terminal {
  /// The columns of the terminal behind a file descriptor; nil if it is no terminal: lines then stay whole.
  static func width(of file: Int32 = STDOUT_FILENO) -> Int? {
    guard isatty(file) == 1 else { return nil }
    var window = winsize()
    let isKnown = ioctl(file, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0
    return isKnown ? Int(window.ws_col) : 80
  }
}

extension String {
  /// The text in lines of at most `width` columns, broken only at spaces. Continued lines begin with
  /// `indent`, or are aligned with the beginning of their line; `ending` is added before each break.
  func wrapped(at width: Int?, indent: String? = nil, ending: String = "") -> String {
    guard let width, utf8.count > width else { return self }
    return split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.count > width else { return String(line) }
      let margin = String(line.prefix { $0 == " " })
      var (text, column, isFirst) = (margin, margin.count, true)
      for word in line.dropFirst(margin.count).split(
        separator: " ", omittingEmptySubsequences: false)
      {
        if !isFirst, column + 1 + word.count + ending.count > width {
          let margin = indent ?? margin
          text = text.trimmingTrailingSpaces + ending + "\n" + margin
          column = margin.count
        } else if !isFirst {
          text += " "
          column += 1
        }
        text += word
        column += word.count
        isFirst = false
      }
      return text
    }.joined(separator: "\n")
  }

  /// The text without spaces at its end.
  var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
