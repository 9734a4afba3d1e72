import Raster
import Rollouts

/// A line of labelled facts below a picture, in columns that stay in place from frame to frame.
///
/// `CaptionStrip` is for worlds with the usual four columns; this strip can have any.
struct FactStrip: Sendable {
  /// One column.
  struct Column: Sendable {
    /// Its label.
    var label: String
    /// The longest text that it has to show.
    var widest: String
    /// The longest note in small letters after it; empty for none.
    var widestNote = ""
    /// Columns of the highest rank are dropped first if not all fit.
    var rank: Int
    /// The prefix in small pictures, which have no labels; nil if they leave the column out.
    var mark: String?
  }

  /// The text of one frame in a column.
  struct Fact: Hashable, Sendable {
    var value: String
    var note = ""

    init(_ value: String, note: String = "") {
      self.value = value
      self.note = note
    }
  }

  /// The strip's height for pictures of a size.
  static func height(size: Int) -> Double { CaptionStrip.height(size: size) }

  private let area: Rect
  private let theme: Theme
  private let value: Font
  private let label: Font
  private let isCompact: Bool
  /// The indices of the columns that fit, and where each begins.
  private let places: [(column: Int, x: Double, showsNote: Bool)]
  private let columns: [Column]

  /// A strip inside an area, if pictures have one; the last column also shows how an episode ended,
  /// with one of some texts.
  init?(
    in area: Rect, _ options: PictureOptions, columns: [Column], endings: [String],
    measuring canvas: Canvas
  ) {
    guard options.showsCaption else { return nil }
    self.area = area
    theme = options.theme
    self.columns = columns
    let fonts = CaptionStrip.Fonts(size: options.evenSize)
    isCompact = fonts.isCompact
    label = fonts.label
    // Text is shrunk a little before a column is dropped.
    let least = max(9.5, (fonts.value.size * 0.8).rounded())
    var font = fonts.value
    var kept = columns.indices.filter { !fonts.isCompact || columns[$0].mark != nil }
    var hasNotes = !fonts.isCompact
    let bold = Font.sans(fonts.label.size, .bold)
    let ending =
      endings.map { ending in
        fonts.isCompact
          ? canvas.measure(ending, fonts.value).width
          : canvas.measure(ending, bold).width + fonts.label.size * 1.03
      }.max() ?? 0
    func widths() -> [Double] {
      kept.map { index in
        let column = columns[index]
        let note =
          hasNotes && !column.widestNote.isEmpty
          ? canvas.measure(" " + column.widestNote, fonts.label).width : 0
        let name = fonts.isCompact ? 0 : canvas.measure(column.label, fonts.label).width
        let last = index == kept.last ? ending : 0
        let mark = fonts.isCompact ? column.mark ?? "" : ""
        return max(canvas.measure(mark + column.widest, font).width + note, name, last)
      }
    }
    func isFitting() -> Bool {
      let gap = font.size * (fonts.isCompact ? 0.7 : 1)
      return widths().reduce(-gap) { $0 + $1 + gap } <= area.width
    }
    while !isFitting() {
      if font.size > least {
        font.size = max(least, font.size - 0.5)
      } else if hasNotes {
        hasNotes = false
      } else if kept.count > 1,
        let last = kept.max(by: { columns[$0].rank < columns[$1].rank })
      {
        kept.removeAll { $0 == last }
      } else {
        break
      }
    }
    value = font
    let found = widths()
    let spare = (area.width - found.reduce(0, +)) / Double(max(1, found.count - 1))
    var x = area.left
    var places: [(column: Int, x: Double, showsNote: Bool)] = []
    for (index, width) in zip(kept, found) {
      places.append((index, x.rounded(), hasNotes))
      x += width + spare
    }
    self.places = places
  }

  /// Draws what does not change from frame to frame.
  func drawStill(onto canvas: Canvas) {
    guard !isCompact else { return }
    for place in places.dropLast() {
      canvas.text(
        columns[place.column].label, at: Point(place.x, labelLine), label, theme.mutedText)
    }
  }

  /// Draws one frame's texts, one per column, and how the episode ended, if it did.
  func draw(
    _ facts: [Fact], ending: EndingWord?, onto canvas: Canvas
  ) {
    for place in places {
      let fact = facts[place.column]
      let isLast = place.column == places.last?.column
      if isCompact, isLast, let ending {
        let room = area.right - place.x + 2
        canvas.text(
          canvas.ellipsized(ending.text, value, width: room), at: Point(place.x, valueLine), value,
          theme.color(of: ending.tone))
        continue
      }
      let mark = isCompact ? columns[place.column].mark ?? "" : ""
      canvas.text(mark + fact.value, at: Point(place.x, valueLine), value, theme.text)
      if place.showsNote, !fact.note.isEmpty {
        let x = place.x + canvas.measure(fact.value + " ", value).width
        canvas.text(fact.note, at: Point(x, valueLine), label, theme.mutedText)
      }
    }
    guard !isCompact, let last = places.last else { return }
    if let ending {
      // Columns begin on whole pixels, which may take half a pixel from the last one.
      canvas.draw(
        ending, at: Point(last.x, labelLine), size: label.size, width: area.right - last.x + 1,
        theme)
    } else {
      canvas.text(columns[last.column].label, at: Point(last.x, labelLine), label, theme.mutedText)
    }
  }

  private var labelLine: Double { (area.top + label.size * 0.85).rounded() }
  private var valueLine: Double { (area.bottom - value.size * 0.3).rounded() }
}

extension Scene {
  /// The return so far, and the last reward after it.
  var returnFact: FactStrip.Fact {
    .init(NumberText.trimmed(totalReturn, decimals: 1), note: rewardNote(decimals: 1))
  }
}

extension Scene where Action == Int {
  /// The last action's arrow and name; a dash in the first frame.
  func name(among actions: [ActionMeaning]) -> String {
    action.map { Caption.name(actions[$0]) } ?? "–"
  }
}
