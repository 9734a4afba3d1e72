package import Raster

/// How the frames of a replay are drawn, whatever their world.
package struct PictureOptions: Hashable, Sendable {
  /// The longer side of a frame in pixels; odd numbers are rounded down.
  package var size = 480
  /// The colours.
  package var theme = Theme.light
  /// A line above the picture; empty for none.
  package var title = ""
  /// Whether a strip at the bottom shows episode, step, return and action.
  package var showsCaption = true
  /// How much is visible of a world that is larger than a picture.
  package var camera = Camera.whole
  /// The look of a world; nil for the usual one.
  package var look: Look?
  /// The two numbers of a state that a chart draws against one another; empty for the first two.
  package var fields: [String] = []

  /// How much of a world is visible; its `PainterEntry` lists the possible values.
  package struct Camera: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Its name on the command line.
    package let rawValue: String
    /// A camera of a name.
    package init(rawValue: String) { self.rawValue = rawValue }
    /// Its name.
    package var description: String { rawValue }
    /// All of the world.
    package static let whole = Camera(rawValue: "whole")
  }

  /// A look of a world that has several; its `PainterEntry` lists them.
  package struct Look: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Its name on the command line.
    package let rawValue: String
    /// A look of a name.
    package init(rawValue: String) { self.rawValue = rawValue }
    /// Its name.
    package var description: String { rawValue }
  }

  /// The sizes that frames can have.
  package static let sizes = 64...4096

  /// How a replay is drawn.
  package init(
    size: Int = 480, theme: Theme = .light, title: String = "", showsCaption: Bool = true,
    camera: Camera = .whole, look: Look? = nil, fields: [String] = []
  ) {
    self.size = size
    self.theme = theme
    self.title = title
    self.showsCaption = showsCaption
    self.camera = camera
    self.look = look
    self.fields = fields
  }

  /// The longer side as it is drawn: within bounds and even, because videos need even sizes.
  var evenSize: Int { max(Self.sizes.lowerBound, min(size, Self.sizes.upperBound)) & ~1 }
}

/// The caption's facts about a run.
package struct CaptionFacts: Hashable, Sendable {
  /// The world, with its map if it has one.
  package var world: String
  /// The trainer or player.
  package var trainer: String
  /// The greatest episode number of a film, so that columns are wide enough from the start.
  package var lastEpisode: Int
  /// The greatest number of steps of any of its episodes.
  package var mostSteps: Int

  /// The facts of a run.
  package init(world: String, trainer: String, lastEpisode: Int = 9999, mostSteps: Int = 999) {
    self.world = world
    self.trainer = trainer
    self.lastEpisode = lastEpisode
    self.mostSteps = mostSteps
  }
}
