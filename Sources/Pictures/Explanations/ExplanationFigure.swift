import Film
package import Raster

/// A picture of an explained step, complete or while it builds up.
package protocol ExplanationFigure: Drawing {
  /// How many seconds it takes to build up.
  var seconds: Double { get }
  /// Draws the picture as it is after some seconds; complete without a time.
  func draw(onto canvas: Canvas, at time: Double?)
}

extension ExplanationFigure {
  /// Draws the complete picture.
  package func draw(onto canvas: Canvas) { draw(onto: canvas, at: nil) }
}

/// A film of an explanation that builds up.
struct ExplanationFilm: FrameSource {
  let figure: any ExplanationFigure
  let framesPerSecond: Double

  var frameCount: Int { Int(figure.seconds * framesPerSecond) + 1 }
  var width: Int { figure.width }
  var height: Int { figure.height }
  var declaredColors: [Color] {
    figure.theme.declaredColors + ExplanationColors(figure.theme).all
  }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.clear(figure.theme.background)
    // The last frame is the complete picture.
    figure.draw(onto: canvas, at: frame == frameCount - 1 ? nil : Double(frame) / framesPerSecond)
  }

  func hold(after frame: Int) -> Int { frame == frameCount - 1 ? 250 : 0 }
}

/// The colours of numbers in explanations: each has one meaning.
struct ExplanationColors {
  /// The reward.
  let reward: Color
  /// The next state and its value.
  let next: Color
  /// A value before its update.
  let old: Color
  /// The same value after it.
  let new: Color

  init(_ theme: Theme) {
    reward = theme.color(light: 0xC25E00, dark: 0xF2A154)
    next = theme.color(light: 0x11805C, dark: 0x43C79B)
    old = theme.color(light: 0x2F6BDE, dark: 0x7FA8FF)
    new = theme.color(light: 0x8B34B8, dark: 0xD08BF2)
  }

  var all: [Color] { [reward, next, old, new] }
}

/// The page of an explanation: a title, the world at the left, the arithmetic beside it. Horizontal lengths
/// scale with the width of a page of 1280 by 720; on small pages letters and line spacing
/// shrink less than that, and the page becomes higher.
struct ExplanationPage {
  let width: Int
  let height: Int
  let theme: Theme
  let title: String
  let subtitle: String
  let colors: ExplanationColors

  /// The usual width, and the allowed widths.
  static let usualWidth = 1280
  static let widths = 480...4096

  init(size: Int?, theme: Theme, title: String, subtitle: String) {
    let wanted = size ?? Self.usualWidth
    width = max(Self.widths.lowerBound, min(Self.widths.upperBound, wanted)) & ~1
    height = (width < 900 ? width * 3 / 4 : width * 9 / 16) & ~1
    (self.theme, self.title, self.subtitle) = (theme, title, subtitle)
    colors = ExplanationColors(theme)
  }

  /// One pixel of a page of the usual width.
  var unit: Double { Double(width) / Double(Self.usualWidth) }

  /// A horizontal length on a page of the usual width.
  func length(_ pixels: Double) -> Double { pixels * unit }

  /// The area under the title, between two distances from the left on a page of the usual width.
  func area(from left: Double, to right: Double) -> Rect {
    let top = line(112)
    return Rect(
      x: length(left), y: top, width: length(right - left),
      height: Double(height) - top - length(36))
  }

  /// A vertical length that scales with the letters, such as line spacing.
  func line(_ pixels: Double) -> Double { pixels * max(unit, 0.64) }

  /// A font that is legible on small pages too.
  func font(_ size: Double, _ weight: Font.Weight = .regular) -> Font { .sans(line(size), weight) }

  /// Draws the heading of a part of the upper or the lower half, and returns the rest of the part.
  func drawPart(
    _ heading: String, from left: Double, to right: Double, isLower: Bool = false,
    onto canvas: Canvas
  ) -> Rect {
    let all = area(from: left, to: right)
    let middle = all.y + all.height * 0.51
    let top = (isLower ? middle : all.y) + line(26)
    drawHeading(heading, at: Point(all.x, top - line(13)), onto: canvas)
    return Rect(
      x: all.x, y: top, width: all.width,
      height: (isLower ? all.bottom : middle) - top - line(14))
  }

  func drawHeader(onto canvas: Canvas) {
    let room = length(1200)
    canvas.title(
      title, at: Point(length(40), line(52)), font(27, .bold), theme.text, width: room)
    canvas.text(
      canvas.ellipsized(subtitle, font(16), width: room), at: Point(length(40), line(80)),
      font(16), theme.mutedText)
  }

  /// Draws a heading above a part of the page.
  func drawHeading(_ text: String, at place: Point, onto canvas: Canvas) {
    canvas.text(text.uppercased(), at: place, font(13, .bold), theme.mutedText)
  }

  /// Draws a sentence in as many lines as it needs; returns where the next one begins.
  @discardableResult
  func drawSentence(
    _ text: String, at place: Point, width: Double, size: Double = 17, _ color: Color? = nil,
    onto canvas: Canvas
  ) -> Double {
    let font = font(size)
    var y = place.y
    for line in canvas.lines(of: text.replacing(" -", with: " −"), font, width: width) {
      canvas.text(line, at: Point(place.x, y), font, color ?? theme.text)
      y += font.size * 1.4
    }
    return y
  }
}

extension NumberText {
  /// A number as explanations print it: up to four decimals, for small ones the first three digits.
  static func exact(_ value: Double) -> String {
    0 < abs(value) && abs(value) < 0.01 ? short(value) : trimmed(value, decimals: 4)
  }
}

/// The progress of something that begins and ends at some times, with a gentle start and end.
func stage(_ time: Double?, from start: Double, to end: Double) -> Double {
  guard let time else { return 1 }
  let share = max(0, min(1, (time - start) / (end - start)))
  return share * share * (3 - 2 * share)
}
