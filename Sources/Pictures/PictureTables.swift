package import Experiments
package import Replay

/// All that pictures are made by: what can be trained, and how worlds are drawn.
package struct PictureTables: Sendable {
  package var catalog: Catalog
  package var painters: PainterTable

  /// Tables; the built-in ones unless others are given.
  package init(catalog: Catalog = .builtIn, painters: PainterTable = .builtIn) {
    (self.catalog, self.painters) = (catalog, painters)
  }

  /// The built-in tables.
  package static let builtIn = PictureTables()
}
