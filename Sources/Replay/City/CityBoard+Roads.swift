import Raster
import Worlds

extension CityBoard {
  /// How a class of roads is drawn.
  private struct Look {
    var fill: Color
    var edge: Color
  }

  /// Edges of all roads, then the roads themselves, the least class first: so that crossings are
  /// open, and greater roads run through.
  ///
  /// A road is as wide as where one can drive, its edges come on top.
  func drawRoads(onto canvas: Canvas) {
    let edge = length(1.5, atLeast: 0.7)
    let roads = Self.classes.map { kind in map.roads.filter { $0.kind == kind } }
    // Bridges have parapets, and end where the land begins.
    let parapet = edge + length(1.6, atLeast: 0.5)
    for road in roads.joined() where road.isBridge {
      canvas.stroke(
        line(road.points), colors.bridgeEdge,
        stroke(width: width(of: road) + 2 * parapet, cap: .butt))
    }
    for (kind, roads) in zip(Self.classes, roads) {
      for (width, lines) in groups(roads.filter { !$0.isBridge }) {
        canvas.stroke(.polylines(lines), look(of: kind).edge, stroke(width: width + 2 * edge))
      }
    }
    for (kind, roads) in zip(Self.classes, roads) {
      for (width, lines) in groups(roads) {
        canvas.stroke(.polylines(lines), look(of: kind).fill, stroke(width: width))
      }
    }
  }

  /// From the least to the greatest.
  private static let classes = Array(RoadClass.allCases.reversed())

  /// How wide a road is drawn, without its edges.
  func width(of road: CityRoad) -> Double { length(road.width, atLeast: 2) }

  /// Roads of one width together: one stroke covers nothing twice.
  private func groups(_ roads: [CityRoad]) -> [(width: Double, lines: [[Point]])] {
    let groups = Dictionary(grouping: roads) { width(of: $0) }
    return groups.keys.sorted().map { width in
      (width, (groups[width] ?? []).map { $0.points.map(place) })
    }
  }

  private func look(of kind: RoadClass) -> Look {
    switch kind {
    case .motorway, .trunk: Look(fill: colors.motorway, edge: colors.roadEdge)
    case .primary: Look(fill: colors.primary, edge: colors.roadEdge)
    case .secondary: Look(fill: colors.secondary, edge: colors.roadEdge)
    case .tertiary: Look(fill: colors.tertiary, edge: colors.streetEdge)
    case .unclassified, .residential, .livingStreet, .service:
      Look(fill: colors.street, edge: colors.streetEdge)
    }
  }
}
