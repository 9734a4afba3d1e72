/// Something that draws the frames of a film, one after the other.
///
/// A film first asks for a few frames to learn their colours, then for all of them; within each
/// of these passes the numbers ascend. Every call comes from the thread that makes the film.
package protocol FrameSource {
  /// How many frames there are.
  var frameCount: Int { get }
  /// Pixels from left to right, the same for every frame.
  var width: Int { get }
  /// Pixels from top to bottom.
  var height: Int { get }
  /// Colours that the film's palette must have, whatever the frames show.
  var declaredColors: DeclaredColors { get }

  /// Draws one frame over whatever the canvas shows (an older frame, or nothing).
  mutating func draw(_ frame: Int, onto canvas: Canvas) throws

  /// How much longer than usual a frame stays, in hundredths of a second.
  func hold(after frame: Int) -> Int
}

extension FrameSource {
  /// None beyond those that the frames show.
  package var declaredColors: DeclaredColors { DeclaredColors() }

  /// Every frame stays equally long.
  package func hold(after frame: Int) -> Int { 0 }
}

/// Colours that pictures are known to need, before any was drawn.
package struct DeclaredColors: Hashable, Sendable {
  /// Two colours that touch, whose mixtures an anti-aliased edge shows.
  package struct Edge: Hashable, Sendable {
    /// The colour on one side.
    package var from: Color
    /// The colour on the other side.
    package var to: Color

    /// An edge between two colours.
    package init(_ from: Color, _ to: Color) {
      self.from = from
      self.to = to
    }
  }

  /// Colours of whole areas, the most important first.
  package var colors: [Color]
  /// Pairs of colours that meet at edges, the most important first.
  package var edges: [Edge]

  /// The colours that pictures are known to need.
  package init(colors: [Color] = [], edges: [Edge] = []) {
    self.colors = colors
    self.edges = edges
  }

  /// These colours followed by others.
  package func adding(_ other: DeclaredColors) -> DeclaredColors {
    DeclaredColors(colors: colors + other.colors, edges: edges + other.edges)
  }
}
