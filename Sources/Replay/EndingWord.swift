import Raster
package import Rollouts

/// How an episode ended, as text.
package struct EndingWord: Hashable, Sendable {
  /// Whether an ending is good or bad.
  package enum Tone: Hashable, Sendable { case good, bad, neutral }

  /// The text.
  package let text: String
  /// Whether it is good or bad.
  package let tone: Tone

  /// A text for an ending.
  package init(_ text: String, _ tone: Tone = .neutral) {
    self.text = text
    self.tone = tone
  }

  /// The world ended the episode, and has no text of its own for that.
  package static let ended = EndingWord("ended")
  /// The step limit ended it.
  package static let timeLimit = EndingWord("time limit")
  /// The writer died.
  package static let interrupted = EndingWord("interrupted")
}

extension Ending {
  /// The text below a picture; nil while the episode runs. Worlds have their own texts for what ends
  /// their episodes.
  package func word(
    terminated: @autoclosure () -> EndingWord = .ended, truncated: EndingWord = .timeLimit
  ) -> EndingWord? {
    switch self {
    case .running: nil
    case .terminated: terminated()
    case .truncated: truncated
    case .interrupted: .interrupted
    }
  }
}

extension Canvas {
  /// Writes the text after a dot in its colour, on a line and within a width.
  func draw(_ word: EndingWord, at place: Point, size: Double, width: Double, _ theme: Theme) {
    let color = theme.color(of: word.tone)
    let (radius, font) = (size * 0.32, Font.sans(size, .bold))
    fill(.circle(place.moved(radius, -size * 0.365), radius: radius), color)
    text(
      ellipsized(word.text, font, width: width - radius * 3.2), at: place.moved(radius * 3.2, 0),
      font, color)
  }
}

extension Theme {
  /// The colour of an ending.
  func color(of tone: EndingWord.Tone) -> Color {
    switch tone {
    case .good: positive
    case .bad: negative
    case .neutral: mutedText
    }
  }
}
