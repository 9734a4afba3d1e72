import CPNG
import Platform
package import Raster

/// Reads PNG pictures of any kind, and refuses other files.
package enum PNGReader {
  /// The size of the largest file that is read.
  package static let greatestFileSize = 1 << 30

  /// The picture in a file.
  package static func canvas(at path: String) throws -> Canvas {
    try canvas(
      from: try Files.contents(of: path, limit: greatestFileSize), path: path)
  }

  /// The picture in bytes; `path` names them in errors.
  ///
  /// Uses libpng's simplified interface because it returns errors. The full interface jumps out of
  /// the call, which is not safe in Swift.
  package static func canvas(from bytes: [UInt8], path: String) throws -> Canvas {
    _ = try size(of: bytes, path: path)
    var image = unsafe png_image()
    unsafe image.version = UInt32(PNG_IMAGE_VERSION)
    defer { unsafe png_image_free(&image) }
    // Both calls read the bytes, so they must stay valid until the second one returns.
    return try unsafe bytes.withUnsafeBytes { bytes in
      guard unsafe png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0
      else { throw FilmError.notAPicture(path: path, reason: unsafe reason(image)) }
      // 16-bit pictures that do not declare their encoding are treated like 8-bit ones.
      unsafe image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      unsafe image.format = UInt32(
        PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_BGR | PNG_FORMAT_FLAG_ALPHA)
      let canvas = try self.canvas(
        width: unsafe image.width, height: unsafe image.height, path: path)
      let isRead = unsafe canvas.withMutablePixels { pixels in
        unsafe png_image_finish_read(
          &image, nil, pixels.baseAddress, Int32(canvas.width * 4), nil)
      }
      guard isRead != 0 else {
        throw FilmError.notAPicture(path: path, reason: unsafe reason(image))
      }
      premultiply(canvas)
      return canvas
    }
  }

  /// The size in the header of a PNG file.
  package static func size(of bytes: [UInt8], path: String) throws -> (width: Int, height: Int) {
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard bytes.count >= start.count, Array(bytes[..<start.count]) == start else {
      throw FilmError.notAPicture(path: path, reason: "it does not start with a PNG signature")
    }
    guard bytes.count >= headerSize, Array(bytes[12..<16]) == Array("IHDR".utf8) else {
      throw FilmError.notAPicture(path: path, reason: "its header is incomplete")
    }
    func number(at offset: Int) -> Int {
      bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    return (number(at: 16), number(at: 20))
  }

  /// The size in a file's header, without reading the rest.
  package static func size(ofFile path: String) throws -> (width: Int, height: Int) {
    try size(of: try Files.start(of: path, count: headerSize), path: path)
  }

  /// Signature, chunk length, chunk name, width and height.
  private static var headerSize: Int { 24 }

  private static func canvas(width: UInt32, height: UInt32, path: String) throws -> Canvas {
    do {
      return try Canvas(width: Int(width), height: Int(height))
    } catch {
      throw FilmError.notAPicture(path: path, reason: error.description)
    }
  }

  /// libpng's error message.
  private static func reason(_ image: png_image) -> String {
    var message = unsafe image.message
    return unsafe withUnsafeBytes(of: &message) { letters in
      unsafe String(decoding: letters.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Files store straight alpha; a canvas stores premultiplied colours.
  private static func premultiply(_ canvas: Canvas) {
    unsafe canvas.withMutablePixels { pixels in
      for index in pixels.indices {
        let word = unsafe pixels[index]
        let alpha = word >> 24
        guard alpha < 255 else { continue }
        func scaled(_ shift: UInt32) -> UInt32 { ((word >> shift & 0xFF) * alpha + 127) / 255 }
        unsafe pixels[index] = alpha << 24 | scaled(16) << 16 | scaled(8) << 8 | scaled(0)
      }
    }
  }
}
