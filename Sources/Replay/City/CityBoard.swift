package import Raster
package import Worlds

/// The static part of a city's map as vectors, at the scale of the picture.
package struct CityBoard: Sendable {
  let map: CityMap
  let theme: Theme
  /// Picture pixels per map pixel.
  let scale: Double
  /// The place of the map's upper left corner.
  let origin: Point

  /// A map drawn at a scale, with its upper left corner at a place.
  package init(_ map: CityMap, theme: Theme, scale: Double, origin: Point = Point(0, 0)) {
    self.map = map
    self.theme = theme
    self.scale = scale
    self.origin = origin
  }

  var colors: CityColors { theme.city }

  /// The pixels that it covers.
  package var frame: Rect {
    Rect(
      x: origin.x, y: origin.y, width: Double(map.width) * scale, height: Double(map.height) * scale
    )
  }

  /// The place of a map point on the picture.
  package func place(_ point: CityPoint) -> Point {
    Point(origin.x + point.x * scale, origin.y + point.y * scale)
  }

  /// A length on the picture, not thinner than visible.
  func length(_ pixels: Double, atLeast least: Double) -> Double { max(least, pixels * scale) }

  /// Draws the whole map; what is beyond its sides is cut off.
  package func draw(onto canvas: Canvas) {
    canvas.isolated {
      canvas.clip(to: .rect(frame.aligned))
      canvas.fill(frame.aligned, colors.land)
      drawAreas(onto: canvas)
      drawWays(onto: canvas)
      drawRoads(onto: canvas)
      drawLabels(onto: canvas)
    }
  }
}

// MARK: The ground

extension CityBoard {
  private func drawAreas(onto canvas: Canvas) {
    // Where two parts of one area meet, a line in its colour covers the seam between their soft edges.
    let seam = 0.6
    for kind in [CityArea.Kind.block, .sand, .grass, .park, .wood, .square] {
      for area in map.areas where area.kind == kind {
        let shape = shape(of: area)
        canvas.fill(shape, color(of: kind))
        canvas.stroke(shape, color(of: kind), width: seam)
      }
    }
    drawTrees(onto: canvas)
    drawWater(onto: canvas)
    drawBuildings(onto: canvas)
  }

  /// Draws shores first, then all water: where two waters meet there is no shore.
  private func drawWater(onto canvas: Canvas) {
    let waters = map.areas.filter { $0.kind == .water }.map(shape)
    let streams = map.ways.filter { $0.kind == .water }
    let shore = length(1.6, atLeast: 0.8)
    for shape in waters { canvas.stroke(shape, colors.shore, width: 2 * shore) }
    for way in streams {
      canvas.stroke(
        line(way.points), colors.shore, stroke(width: length(way.width, atLeast: 1.5) + 2 * shore))
    }
    for shape in waters {
      canvas.fill(shape, colors.water)
      canvas.stroke(shape, colors.water, width: 0.6)
    }
    for way in streams {
      canvas.stroke(line(way.points), colors.water, stroke(width: length(way.width, atLeast: 1.5)))
    }
  }

  /// Draws all edges, then all houses, so that rows of houses have no double lines between them.
  private func drawBuildings(onto canvas: Canvas) {
    let houses = map.areas.filter { $0.kind == .building }.map(shape)
    let edge = length(0.9, atLeast: 0.5)
    for house in houses { canvas.stroke(house, colors.buildingEdge, width: 2 * edge) }
    for house in houses { canvas.fill(house, colors.building) }
  }

  private func drawWays(onto canvas: Canvas) {
    for way in map.ways {
      switch way.kind {
      case .water: break
      case .path:
        canvas.stroke(
          line(way.points), colors.path,
          Stroke(
            width: length(2.2, atLeast: 0.9),
            dashes: [length(6, atLeast: 3), length(4, atLeast: 2)]))
      case .rail:
        let width = length(5, atLeast: 2)
        canvas.stroke(line(way.points), colors.rail, width: length(1.6, atLeast: 0.8))
        // Sleepers across the track.
        canvas.stroke(
          line(way.points), colors.rail,
          Stroke(width: width, dashes: [length(1.4, atLeast: 0.7), length(8, atLeast: 4)]))
      }
    }
  }

  func line(_ points: [CityPoint]) -> Shape { .polyline(points.map(place)) }

  func stroke(width: Double, cap: Stroke.Cap = .round) -> Stroke {
    Stroke(width: width, cap: cap, join: .round)
  }

  private func shape(of area: CityArea) -> Shape { .polygons(area.rings.map { $0.map(place) }) }

  private func color(of kind: CityArea.Kind) -> Color {
    switch kind {
    case .block: colors.block
    case .sand: colors.sand
    case .grass: colors.grass
    case .park: colors.park
    case .wood: colors.wood
    case .square: colors.square
    case .water: colors.water
    case .building: colors.building
    }
  }
}
