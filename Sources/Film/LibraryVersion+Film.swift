internal import CPNG
package import Platform

extension LibraryVersion {
  /// What reads PNG.
  package static var libpng: LibraryVersion {
    LibraryVersion("libpng", unsafe String(cString: png_get_libpng_ver(nil)))
  }

  /// What packs PNG.
  package static var zlib: LibraryVersion {
    LibraryVersion("zlib", unsafe String(cString: zlibVersion()))
  }
}
