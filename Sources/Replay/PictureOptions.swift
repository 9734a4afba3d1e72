package import Raster

/// How the frames of a replay look, whatever their world.
package struct PictureOptions: Hashable, Sendable {
  /// The longer side of a frame in pixels; odd numbers are rounded down.
  package var size = 480
  /// The colours.
  package var theme = Theme.light
  /// A line above the picture; empty for none.
  package var title = ""
  /// Whether a strip at the bottom tells episode, step, return and action.
  package var showsCaption = true
  /// How much of a world that is larger than a picture is seen.
  package var camera = Camera.whole
  /// How a world that was played as text is drawn.
  package var look = Look.arcade

  /// Where one looks from.
  package enum Camera: String, Hashable, Sendable, CaseIterable {
    /// All of the world.
    case whole
    /// What is around the one who moves.
    case follow
  }

  /// What a world that was played as text looks like.
  package enum Look: String, Hashable, Sendable, CaseIterable {
    /// Drawn.
    case arcade
    /// As the text itself, on a terminal.
    case ascii
  }

  /// The sizes that frames can have.
  package static let sizes = 64...4096

  /// The looks of a replay.
  package init(
    size: Int = 480, theme: Theme = .light, title: String = "", showsCaption: Bool = true,
    camera: Camera = .whole, look: Look = .arcade
  ) {
    self.size = size
    self.theme = theme
    self.title = title
    self.showsCaption = showsCaption
    self.camera = camera
    self.look = look
  }

  /// The longer side as it is drawn: within bounds and even, as videos want it.
  var evenSize: Int { max(Self.sizes.lowerBound, min(size, Self.sizes.upperBound)) & ~1 }
}

/// What a caption tells of a run besides its steps.
package struct CaptionFacts: Hashable, Sendable {
  /// The world, with its map where it has one.
  package var world: String
  /// Who learned or played.
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
