import Glibc
import Raster

/// A heat map that grows, as painters make them: coloured cells, arrows, a caption.
struct HeatMapFilm: FrameSource {
  let frameCount: Int
  let theme: Theme
  let map: ColorMap
  var width: Int { 320 }
  var height: Int { 360 }

  init(frames: Int, theme: Theme, map: ColorMap? = nil) {
    frameCount = frames
    self.theme = theme
    self.map = map ?? theme.sequential
  }

  var declaredColors: [Color] { theme.declaredColors }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.clear(theme.background)
    for cell in 0..<64 {
      let (x, y) = (Double(cell % 8), Double(cell / 8))
      let place = Rect(x: x * 40, y: y * 40, width: 40, height: 40).inset(by: 0.5)
      let value = (1 + sin(x * 0.8 + y * 0.5 + Double(frame) * 0.05)) / 2
      let color = map.color(at: value)
      canvas.fill(.rounded(place, radius: 3), color)
      let ink = color.moreLegible(of: theme.text, or: theme.background)
      canvas.fill(
        .arrow(
          center: place.center, dx: cos(x + Double(frame) * 0.03).rounded(), dy: sin(y).rounded(),
          length: 22), ink)
    }
    canvas.fill(Rect(x: 0, y: 320, width: 320, height: 40), theme.surface)
    canvas.text(
      "step \(frame * 500) of 20000", at: Point(12, 340), .sans(13), theme.text, anchor: .middle)
  }
}
