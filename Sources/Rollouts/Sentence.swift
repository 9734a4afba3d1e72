extension String {
  /// The text on one line and of limited length, since errors quote files, which may hold anything.
  package var sentence: String {
    let most = 400
    var scalars = Array(unicodeScalars.prefix(most + 1))
    if scalars.count > most { scalars[most] = "…" }
    return String(String.UnicodeScalarView(scalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
  }
}
