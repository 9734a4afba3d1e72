extension String {
  /// The string as one word for a shell.
  package var quotedForShell: String {
    let isPlain = unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || "_./=,-+".unicodeScalars.contains($0)
    }
    return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}
