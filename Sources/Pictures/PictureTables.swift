package import Experiments
package import Replay

/// The tables behind all pictures: what can be trained, and how worlds are drawn.
package struct PictureTables: Sendable {
  package var catalog: Catalog
  package var painters: PainterTable

  /// Tables; by default the built-in ones.
  package init(catalog: Catalog = .builtIn, painters: PainterTable = .builtIn) {
    (self.catalog, self.painters) = (catalog, painters)
  }

  /// The built-in tables.
  package static let builtIn = PictureTables()
}
