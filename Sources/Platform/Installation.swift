/// Where the files are that were installed with this program.
package enum Installation {
  /// The folder of resources beside an installed program: `share/reel` next to the `bin` that it runs from.
  /// A program that was built from source has none.
  package static let resources =
    "\(Files.folder(of: Files.folder(of: Files.program)))/share/reel"

  /// The path of a file of type: the installed one, or that of Debian's package; nil where both are missing.
  package static func font(_ name: String) -> String? {
    ["\(resources)/fonts", "/usr/share/fonts/truetype/dejavu"].lazy
      .map { "\($0)/\(name)" }.first(where: Files.isFile)
  }
}
