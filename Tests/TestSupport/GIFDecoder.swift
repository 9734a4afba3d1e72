import CGIF

/// A GIF as giflib reads it: what a viewer would show, independent of how it was written.
package struct DecodedGIF {
  /// One picture and how long it stays.
  package struct Frame {
    /// Row after row, `0xRRGGBB`.
    package var pixels: [UInt32]
    /// In hundredths of a second.
    package var delay: Int
    /// How many pixels the file stores for this picture.
    package var storedPixels: Int
    /// Whether it has a palette of its own.
    package var hasOwnPalette: Bool
  }

  /// Why a file is not a GIF.
  package struct Unreadable: Error { package var code: Int32 }

  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int
  /// How many colours the palette of all pictures has.
  package let paletteSize: Int
  /// How often it is repeated, 0 for forever; nil if the file does not say.
  package let repetitions: Int?
  /// The pictures as they are seen.
  package let frames: [Frame]

  /// Reads a file.
  package init(_ path: String) throws {
    var code: Int32 = 0
    guard let gif = DGifOpenFileName(path, &code) else { throw Unreadable(code: code) }
    defer { DGifCloseFile(gif, &code) }
    guard DGifSlurp(gif) == GIF_OK else { throw Unreadable(code: gif.pointee.Error) }
    width = Int(gif.pointee.SWidth)
    height = Int(gif.pointee.SHeight)
    let palette = gif.pointee.SColorMap
    paletteSize = Int(palette?.pointee.ColorCount ?? 0)
    var screen = [UInt32](repeating: 0, count: width * height)
    var frames: [Frame] = []
    var repetitions: Int?
    for index in 0..<Int(gif.pointee.ImageCount) {
      let image = gif.pointee.SavedImages[index]
      var control = GraphicsControlBlock()
      guard DGifSavedExtensionToGCB(gif, Int32(index), &control) == GIF_OK else {
        throw Unreadable(code: -1)
      }
      repetitions = repetitions ?? Self.repetitions(image)
      let place = image.ImageDesc
      for y in 0..<Int(place.Height) {
        for x in 0..<Int(place.Width) {
          let number = Int(image.RasterBits[y * Int(place.Width) + x])
          guard number != control.TransparentColor, let color = palette?.pointee.Colors[number]
          else { continue }
          screen[(y + Int(place.Top)) * width + x + Int(place.Left)] =
            UInt32(color.Red) << 16 | UInt32(color.Green) << 8 | UInt32(color.Blue)
        }
      }
      frames.append(
        Frame(
          pixels: screen, delay: Int(control.DelayTime),
          storedPixels: Int(place.Width) * Int(place.Height), hasOwnPalette: place.ColorMap != nil))
    }
    self.frames = frames
    self.repetitions = repetitions
  }

  /// What the block of the first image says about repeating.
  private static func repetitions(_ image: SavedImage) -> Int? {
    for index in 0..<Int(image.ExtensionBlockCount) {
      let block = image.ExtensionBlocks[index]
      if block.Function == 0, block.ByteCount == 3, block.Bytes[0] == 1 {
        return Int(block.Bytes[1]) | Int(block.Bytes[2]) << 8
      }
    }
    return nil
  }
}
