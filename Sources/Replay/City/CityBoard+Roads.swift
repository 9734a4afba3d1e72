import Raster
import Worlds

extension CityBoard {
  /// The style of a class of roads.
  private struct Style {
    var fill: Color
    var edge: Color
  }

  /// Draws the edges of all roads, then the roads themselves, the lowest class first: crossings are
  /// open, and greater roads run through.
  ///
  /// A road is drawn as wide as a car can drive; its edges are added to that.
  func drawRoads(onto canvas: Canvas) {
    let junctions = CityJunctions(map.roads)
    let edge = length(1.5, atLeast: 0.7)
    // Bridges have parapets, which end at the shore.
    let parapet = edge + length(1.6, atLeast: 0.5)
    for road in map.roads where road.isBridge {
      canvas.stroke(
        line(road.points), colors.bridgeEdge,
        stroke(width: width(of: road) + 2 * parapet, cap: .butt))
    }
    let classes = RoadClass.allCases.reversed().map { kind in
      (style: style(of: kind), roads: map.roads.indices.filter { map.roads[$0].kind == kind })
    }
    for (style, roads) in classes {
      for index in roads where !map.roads[index].isBridge {
        draw(index, junctions, style.edge, wider: 2 * edge, onto: canvas)
      }
    }
    for (style, roads) in classes {
      for index in roads { draw(index, junctions, style.fill, wider: 0, onto: canvas) }
    }
  }

  private func draw(
    _ index: Int, _ junctions: CityJunctions, _ color: Color, wider: Double, onto canvas: Canvas
  ) {
    let (road, ends) = (map.roads[index], junctions.ends[index])
    let width = width(of: road) + wider
    let points = CityJunctions.trimmed(road.points, first: ends.first.trim, last: ends.last.trim)
    canvas.stroke(line(points), color, stroke(width: width, cap: .butt))
    for end in [ends.first, ends.last] where end.isRound {
      canvas.fill(.circle(place(end.place), radius: width / 2), color)
    }
  }

  /// The drawn width of a road, without its edges.
  func width(of road: CityRoad) -> Double { length(road.width, atLeast: 2) }

  private func style(of kind: RoadClass) -> Style {
    switch kind {
    case .motorway, .trunk: Style(fill: colors.motorway, edge: colors.roadEdge)
    case .primary: Style(fill: colors.primary, edge: colors.roadEdge)
    case .secondary: Style(fill: colors.secondary, edge: colors.roadEdge)
    case .tertiary: Style(fill: colors.tertiary, edge: colors.streetEdge)
    case .unclassified, .residential, .livingStreet, .service:
      Style(fill: colors.street, edge: colors.streetEdge)
    }
  }
}
