import CCairo
import Glibc

extension Canvas {
  /// Passes the pixels to `body`, row by row: `0xAARRGGBB`, premultiplied (an opaque pixel has
  /// alpha 255).
  ///
  /// There are no gaps between rows, so pixel (x, y) has the index `y * width + x`.
  package func withPixels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt32>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe cairo_surface_flush(surface)
    return try unsafe body(UnsafeBufferPointer(pixels))
  }

  /// Passes the pixels to `body` for writing, in the layout of `withPixels`.
  package func withMutablePixels<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<UInt32>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe cairo_surface_flush(surface)
    defer { unsafe cairo_surface_mark_dirty(surface) }
    return try unsafe body(pixels)
  }

  /// The colour of one pixel.
  package func color(x: Int, y: Int) -> Color {
    precondition((0..<width).contains(x) && (0..<height).contains(y), "the pixel is on the canvas")
    return unsafe withPixels { pixels in
      let word = unsafe pixels[y * width + x]
      var color = Color(word)
      color.alpha = UInt8(word >> 24)
      return color
    }
  }

  /// Copies another canvas of the same size, pixel by pixel, over everything.
  package func copy(_ other: Canvas) {
    precondition(
      other.width == width && other.height == height, "only a canvas of the same size can be copied"
    )
    unsafe other.withPixels { source in
      unsafe withMutablePixels { target in
        if let from = source.baseAddress, let to = target.baseAddress {
          unsafe memcpy(to, from, source.count * 4)
        }
      }
    }
  }

  /// Copies the part of another canvas inside `rect` (whole pixels) to a position on this one.
  ///
  /// Pixels outside either canvas are left out.
  package func copy(_ other: Canvas, _ rect: Rect, to place: Point? = nil) {
    let wanted = rect.aligned
    let (dx, dy) = (
      Int((place?.x ?? wanted.x).rounded()) - Int(wanted.x),
      Int((place?.y ?? wanted.y).rounded()) - Int(wanted.y)
    )
    let left = max(0, Int(wanted.left), -dx)
    let top = max(0, Int(wanted.top), -dy)
    let right = min(other.width, Int(wanted.right), width - dx)
    let bottom = min(other.height, Int(wanted.bottom), height - dy)
    guard left < right, top < bottom else { return }
    unsafe other.withPixels { source in
      unsafe withMutablePixels { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for y in top..<bottom {
          unsafe memcpy(
            to + (y + dy) * width + left + dx, from + y * other.width + left, (right - left) * 4)
        }
      }
    }
  }

  /// Draws another canvas over this one, with its upper left corner at a point.
  package func draw(_ other: Canvas, at place: Point) {
    unsafe cairo_surface_flush(other.surface)
    unsafe cairo_set_source_surface(context, other.surface, place.x, place.y)
    unsafe cairo_paint(context)
  }

  /// Draws another canvas over this one, stretched to fill a rectangle.
  package func draw(_ other: Canvas, in rect: Rect) {
    guard rect.width > 0, rect.height > 0 else { return }
    isolated {
      translate(rect.x, rect.y)
      scale(rect.width / Double(other.width), rect.height / Double(other.height))
      draw(other, at: Point(0, 0))
    }
  }

  private var pixels: UnsafeMutableBufferPointer<UInt32> {
    precondition(hasPixels, "an SVG canvas has no pixels")
    guard let bytes = unsafe cairo_image_surface_get_data(surface) else {
      return unsafe UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    // Cairo's rows in this format are 4 · width bytes long, without gaps.
    return unsafe UnsafeMutableRawBufferPointer(start: bytes, count: width * height * 4)
      .bindMemory(to: UInt32.self)
  }
}
