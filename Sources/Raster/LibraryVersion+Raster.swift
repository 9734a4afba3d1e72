internal import CCairo
package import Platform

extension LibraryVersion {
  /// What draws.
  package static var cairo: LibraryVersion {
    LibraryVersion("Cairo", unsafe String(cString: cairo_version_string()))
  }

  /// What reads letters from fonts.
  package static var freeType: LibraryVersion {
    var library: FT_Library?
    guard unsafe FT_Init_FreeType(&library) == 0 else { return LibraryVersion("FreeType", nil) }
    defer { unsafe FT_Done_FreeType(library) }
    var (major, minor, patch) = (FT_Int(), FT_Int(), FT_Int())
    unsafe FT_Library_Version(library, &major, &minor, &patch)
    return LibraryVersion("FreeType", "\(major).\(minor).\(patch)")
  }
}
