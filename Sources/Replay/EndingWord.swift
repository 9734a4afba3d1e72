import Raster
package import Rollouts

/// How an episode ended, in words.
package struct EndingWord: Hashable, Sendable {
  /// How an ending is to be taken.
  package enum Tone: Hashable, Sendable { case good, bad, neutral }

  /// What is written.
  package let text: String
  /// How that is to be taken.
  package let tone: Tone

  /// A word for an ending.
  package init(_ text: String, _ tone: Tone = .neutral) {
    self.text = text
    self.tone = tone
  }

  /// The world ended it, and has no word of its own for that.
  package static let ended = EndingWord("ended")
  /// The step limit ended it.
  package static let timeLimit = EndingWord("time limit")
  /// Its writer died.
  package static let interrupted = EndingWord("interrupted")
}

extension Ending {
  /// The word below a picture; nil while the episode runs. Worlds have words of their own for what ends
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
  /// Writes a word after a dot of its colour, on a line and within a width.
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
  /// The colour in which an ending is written.
  func color(of tone: EndingWord.Tone) -> Color {
    switch tone {
    case .good: positive
    case .bad: negative
    case .neutral: mutedText
    }
  }
}
