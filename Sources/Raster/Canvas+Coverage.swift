import CCairo

extension Canvas {
  /// Draws something in one colour: directly, or through a mask whose edges have few levels.
  ///
  /// `extents` returns the area of the drawing, and is called only if there is a mask.
  func cover(_ color: Color, extents: () -> Rect, _ draw: () -> Void) {
    guard hasCoarseEdges else {
      use(color)
      draw()
      return
    }
    // An extra pixel on each side, for edges that end inside a pixel.
    let room = extents().inset(by: -1)
    guard room.width > 2 || room.height > 2 else { return }
    unsafe cairo_save(context)
    defer { unsafe cairo_restore(context) }
    unsafe cairo_new_path(context)
    unsafe cairo_rectangle(context, room.x, room.y, room.width, room.height)
    unsafe cairo_clip(context)
    unsafe cairo_push_group_with_content(context, CAIRO_CONTENT_ALPHA)
    unsafe cairo_set_source_rgba(context, 0, 0, 0, 1)
    draw()
    guard let mask = unsafe cairo_pop_group(context) else { return }
    defer { unsafe cairo_pattern_destroy(mask) }
    unsafe coarsen(mask)
    use(color)
    unsafe cairo_mask(context, mask)
  }

  /// Rounds a mask's coverage to quarters.
  private func coarsen(_ mask: OpaquePointer) {
    var surface: OpaquePointer?
    guard unsafe cairo_pattern_get_surface(mask, &surface) == CAIRO_STATUS_SUCCESS,
      let surface = unsafe surface, let bytes = unsafe cairo_image_surface_get_data(surface)
    else { return }
    unsafe cairo_surface_flush(surface)
    let height = unsafe cairo_image_surface_get_height(surface)
    let stride = unsafe cairo_image_surface_get_stride(surface)
    for index in 0..<Int(height * stride) {
      let quarters = unsafe (Int(bytes[index]) * 4 + 127) / 255
      unsafe bytes[index] = UInt8(quarters * 255 / 4)
    }
    unsafe cairo_surface_mark_dirty(surface)
  }
}
