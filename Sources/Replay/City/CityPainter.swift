package import Raster
import Rollouts
package import Worlds

extension PictureOptions.Camera {
  /// What surrounds the moving car.
  package static let follow = Self(rawValue: "follow")
}

/// Draws a car on a city's map: the map is drawn once, what moves over it in each frame.
///
/// With a following camera, the map is drawn once, enlarged, and each frame shows a window of it.
package struct CityPainter: Painter {
  let world: CityWorld
  let theme: Theme
  let layout: CityLayout
  /// Everything that does not move.
  package let background: Canvas
  /// The whole enlarged map, for a following camera.
  private let sheet: Canvas?
  private let strip: FactStrip?
  let pins: CityPins
  /// The trail's colours, the newest first.
  let trailColors: [Color]
  /// The sensors' colours, from road over both to sand.
  let signalColors: [Color]

  /// A painter of a city's scenes.
  package init(
    _ world: CityWorld, facts: CaptionFacts, options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    self.world = world
    let theme = options.theme
    let layout = CityLayout(world.map, options: options)
    (self.theme, self.layout) = (theme, layout)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    let size = options.evenSize
    strip = FactStrip(
      in: layout.strip, options, columns: Self.columns(facts),
      endings: ["lap done", "time limit"], measuring: background)
    pins = CityPins(size: size, theme: theme)
    let (newest, oldest) = (theme.agent, theme.agent.mixed(with: theme.city.street, 0.8))
    trailColors = (0..<Self.shades).map {
      newest.mixed(with: oldest, Double($0) / Double(Self.shades - 1))
    }
    signalColors = [theme.positive, theme.secondAccent, theme.negative]
    let ground: Canvas
    if options.camera == .follow {
      let sheet = try Canvas(
        width: Int((Double(world.map.width) * layout.scale).rounded(.up)),
        height: Int((Double(world.map.height) * layout.scale).rounded(.up)),
        background: theme.city.land)
      CityBoard(world.map, theme: theme, scale: layout.scale).draw(onto: sheet)
      (self.sheet, ground) = (sheet, sheet)
    } else {
      CityBoard(world.map, theme: theme, scale: layout.scale, origin: layout.view.origin)
        .draw(onto: background)
      (sheet, ground) = (nil, background)
    }
    // Streets meet areas of every kind in soft edges: thousands of colours that nobody can
    // distinguish, while a film has 256.
    ground.reduceColors(keeping: [theme.background] + theme.city.all, within: Self.tolerance)
    let hasTitle = layout.titleArea.height > 0
    if hasTitle { options.drawTitle(in: layout.titleArea, onto: background) }
    CityHeading(
      area: layout.heading, theme: theme, metresPerPixel: world.map.metresPerPixel / layout.scale,
      title: hasTitle ? "" : options.title, city: facts.world, trainer: facts.trainer,
      hasSatnav: world.satnav != nil
    ).draw(onto: background)
    background.stroke(.rect(layout.view.inset(by: -0.5)), theme.axis, width: 1)
    strip?.drawStill(onto: background)
  }

  /// How much the colours at the edges of a map may change, of 255.
  private static let tolerance = 12
  /// In how many steps a trail fades.
  private static let shades = 4

  /// The map's, the trail's and the sensors' colours, and a few of the theme's.
  package var declaredColors: [Color] {
    let city = theme.city
    return [
      theme.background, theme.text, theme.mutedText, theme.agent, theme.agentRim, city.land,
      city.block, city.building, city.street, city.tertiary, city.secondary, city.primary,
      city.water, city.park, city.target, city.waiting, city.glass,
    ] + signalColors + trailColors
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: CityScene, onto canvas: Canvas) {
    canvas.copy(background)
    let window = CityWindow(world.map, layout: layout, around: scene.state.position)
    canvas.isolated {
      canvas.clip(to: .rect(layout.view))
      if let sheet {
        canvas.copy(
          sheet,
          Rect(
            x: window.corner.x, y: window.corner.y, width: layout.view.width,
            height: layout.view.height), to: layout.view.origin)
      }
      drawGoal(scene, window, onto: canvas)
      drawTrail(scene, window, onto: canvas)
      drawSatnav(scene, window, onto: canvas)
      drawSensors(scene, window, onto: canvas)
      drawCar(scene, window, onto: canvas)
    }
    drawPins(scene, window, onto: canvas)
    strip?.draw(Self.facts(of: scene), ending: Self.ending(of: scene), onto: canvas)
  }

  /// The place of a map point on a picture of a state.
  package func position(of place: CityPoint, in state: CityState) -> Point {
    CityWindow(world.map, layout: layout, around: state.position).place(place)
  }

  /// The place of a pixel, in map pixels from the left and from the top.
  package func place(at point: Point, in scene: CityScene) -> SIMD2<Double>? {
    CityWindow(world.map, layout: layout, around: scene.state.position).mapPlace(of: point)
  }

  private func drawPins(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    let current = Int(scene.state.target)
    // The current target last, so that it is on top.
    let order = CityMap.targetNames.indices.filter { $0 != current } + [current]
    for target in order {
      let place = window.place(world.map.targets[target])
      let name = CityMap.targetNames[target]
      if layout.view.inset(by: -0.5).contains(place) {
        pins.draw(name, isLit: target == current, tip: place, onto: canvas)
      } else if target == current {
        pins.drawBeyond(
          name, toward: place, from: window.place(scene.state.position), in: layout.view,
          onto: canvas)
      }
    }
  }
}

extension Rect {
  /// The upper left corner.
  var origin: Point { Point(x, y) }
}

/// The visible part of a map.
struct CityWindow {
  /// Its upper left corner on the whole map at this scale, in whole pixels.
  let corner: Point
  private let view: Point
  private let scale: Double

  /// The window centred as near to a place as the map's sides allow.
  init(_ map: CityMap, layout: CityLayout, around place: CityPoint) {
    let scale = layout.scale
    self.scale = scale
    view = layout.view.origin
    func start(_ middle: Double, _ room: Double, _ whole: Double) -> Double {
      max(0, min((whole * scale).rounded(.down) - room, (middle * scale - room / 2).rounded()))
    }
    corner = Point(
      start(place.x, layout.view.width, Double(map.width)),
      start(place.y, layout.view.height, Double(map.height)))
  }

  /// The place of a map point on the picture.
  func place(_ point: CityPoint) -> Point {
    Point(view.x + point.x * scale - corner.x, view.y + point.y * scale - corner.y)
  }

  /// The place of a picture's pixel on the map.
  func mapPlace(of point: Point) -> CityPoint {
    CityPoint((point.x - view.x + corner.x) / scale, (point.y - view.y + corner.y) / scale)
  }
}
