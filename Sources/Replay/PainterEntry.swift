package import Analysis
package import Raster
import Recordings
package import Rollouts
import Worlds

/// How a world is drawn: a line of a `PainterTable`.
///
/// ```swift
/// PainterEntry("corridor") { (world: Corridor, context) in
///   (CorridorScenes(world), try CorridorPainter(world, facts: context.facts, options: context.options))
/// }
/// ```
package struct PainterEntry: Sendable {
  /// The world's name, as recordings keep it.
  package let world: String
  /// The default of pictures' longer side, in pixels.
  package let usualSize: Int
  /// The possible values of `PictureOptions.camera`.
  package let cameras: [PictureOptions.Camera]
  /// The possible values of `PictureOptions.look`, the usual one first; empty if there is only one.
  package let looks: [PictureOptions.Look]
  /// Whether `FilmRequest.heat` can be drawn over its pictures.
  package let hasOverlay: Bool
  /// The options of `MapRequest` that its map uses; nil if a network has no map of this world.
  package let mapOptions: [MapRequest.Option]?
  /// The possible values of `MapRequest.target`.
  package let targets: [String]

  /// Whether it can draw this world with its name.
  let canDraw: @Sendable (any World) -> Bool

  private let film: @Sendable (any World, FilmRequest) throws -> any FrameSource
  private let stage: @Sendable (any World, FilmRequest) throws -> any LiveStage
  private let cells: @Sendable (any World) throws -> [HeatMap.Cell]
  private let map: @Sendable (any World, MapRequest) throws -> PlaceMap

  /// An entry for worlds of one type. `name` is the world's name in the strip, `cells`
  /// the kinds of cells in its states' layout, row by row, and `paint` makes the scenes of transitions,
  /// and the painter of these.
  package init<W: World, Scenes: SceneBuilder, Drawing: Painter>(
    _ world: String, usualSize: Int = 480, cameras: [PictureOptions.Camera] = [.whole],
    looks: [PictureOptions.Look] = [], hasOverlay: Bool = false,
    name: @escaping @Sendable (W) -> String = { $0.description.name },
    cells: @escaping @Sendable (W) -> [HeatMap.Cell] = { _ in [] }, map: MapView<W>? = nil,
    canDraw: @escaping @Sendable (W) -> Bool = { _ in true },
    paint:
      @escaping @Sendable (W, PaintingContext) throws -> (scenes: Scenes, painter: Drawing)
  ) where Scenes.Scene == Drawing.Scene {
    @Sendable func known(_ given: any World) throws(PainterError) -> W {
      // A painter of recorded data draws any world.
      guard let known = given as? W ?? RecordedWorld(given.description) as? W else {
        throw .otherWorld(world, type: "\(W.self)", given: "\(type(of: given))")
      }
      return known
    }
    self.world = world
    self.usualSize = usualSize
    self.cameras = cameras
    self.looks = looks
    self.hasOverlay = hasOverlay
    mapOptions = map?.options
    targets = map?.targets ?? []
    self.cells = { try cells(known($0)) }
    self.canDraw = { ($0 as? W).map(canDraw) ?? false }
    self.map = { given, request in
      guard let map else { throw PainterError.noMap(world) }
      return try map.make(known(given), request)
    }
    film = { given, request in
      let given = try known(given)
      let (scenes, painter) = try paint(
        given, PaintingContext(request: request, facts: request.facts(world: name(given))))
      return EpisodeFilm(
        scenes: scenes, painter: painter, episodes: request.episodes, hold: request.hold,
        from: request.source)
    }
    stage = { given, request in
      let given = try known(given)
      // The numbers of episodes and steps are unknown yet: the strip has space for thousands.
      let facts = CaptionFacts(world: name(given), trainer: request.run.trainer)
      let (scenes, painter) = try paint(given, PaintingContext(request: request, facts: facts))
      return PaintedStage(scenes, painter)
    }
  }

  /// A stage on which episodes of a run are drawn while they are played.
  package func stage(
    of world: any World, run: RunDescription, _ options: PictureOptions
  ) throws -> any LiveStage {
    try check(options)
    return try stage(world, FilmRequest([], of: run, from: NoEpisodes(), options: options))
  }

  /// A film of recorded episodes.
  package func film(of world: any World, _ request: FilmRequest) throws -> any FrameSource {
    try check(request.options)
    if request.heat != nil, !hasOverlay {
      throw PainterError.lacks(self.world, "overlay", nil, has: [])
    }
    return try film(world, request)
  }

  /// Refuses the options of a map of places, which a table does not use.
  package func refuseMapOptions(_ request: MapRequest) throws(PainterError) {
    guard let option = request.given.first else { return }
    throw .lacks(world, option.rawValue, nil, has: [])
  }

  /// Refuses options that this world lacks.
  package func check(_ options: PictureOptions) throws(PainterError) {
    guard cameras.contains(options.camera) else {
      throw .lacks(world, "camera", options.camera.rawValue, has: cameras.map(\.rawValue))
    }
    if let look = options.look, !looks.contains(look) {
      throw .lacks(world, "look", look.rawValue, has: looks.map(\.rawValue))
    }
  }

  /// The map that a network's values make of this world's places.
  package func map(of world: any World, _ request: MapRequest = MapRequest()) throws -> PlaceMap {
    guard let mapOptions else { throw PainterError.noMap(self.world) }
    if let option = request.given.first(where: { !mapOptions.contains($0) }) {
      throw PainterError.lacks(
        self.world, option.rawValue, nil, has: mapOptions.map(\.rawValue))
    }
    if let target = request.target, !targets.contains(target) {
      throw PainterError.lacks(self.world, "target", target, has: targets)
    }
    return try map(world, request)
  }

  /// The kinds of cells of a table's heat map, row by row; if empty, all are plain.
  package func cells(of world: any World) throws -> [HeatMap.Cell] { try cells(world) }
}
