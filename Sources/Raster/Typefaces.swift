internal import CCairo
internal import Platform

/// The typefaces of all pictures, read from DejaVu's own files: neither the fonts of a system nor its settings
/// change a picture.
///
/// Safe to share: Cairo locks a typeface while it reads letters from it.
@safe
final class Typefaces: @unchecked Sendable {
  /// Read at the first picture, and kept as long as the program runs.
  static let shared = Result { () throws(CanvasError) in try Typefaces() }

  private var faces: [Key: OpaquePointer] = unsafe [:]

  private struct Key: Hashable {
    var family: Font.Family
    var weight: Font.Weight
  }

  private static let files: [Key: String] = [
    Key(family: .sans, weight: .regular): "DejaVuSans.ttf",
    Key(family: .sans, weight: .bold): "DejaVuSans-Bold.ttf",
    Key(family: .mono, weight: .regular): "DejaVuSansMono.ttf",
    Key(family: .mono, weight: .bold): "DejaVuSansMono-Bold.ttf",
  ]

  private init() throws(CanvasError) {
    var library: FT_Library?
    guard unsafe FT_Init_FreeType(&library) == 0 else {
      throw .drawing("FreeType cannot be used")
    }
    for (key, file) in Self.files {
      guard let path = Installation.font(file) else { throw .missingFont(file) }
      var face: FT_Face?
      guard unsafe FT_New_Face(library, path, 0, &face) == 0 else { throw .brokenFont(path) }
      unsafe faces[key] = cairo_ft_font_face_create_for_ft_face(face, 0)
    }
  }

  /// A typeface, which Cairo reads letters from.
  func face(_ family: Font.Family, _ weight: Font.Weight) -> OpaquePointer {
    guard let face = unsafe faces[Key(family: family, weight: weight)] else {
      preconditionFailure("every typeface has a file")
    }
    return unsafe face
  }
}
