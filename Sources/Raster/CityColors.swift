/// The colours of a city's map, in a light and a dark version.
package struct CityColors: Hashable, Sendable {
  /// Ground that nothing else covers.
  package var land: Color
  /// Ground that houses stand on.
  package var block: Color
  /// Houses.
  package var building: Color
  /// The lines around houses.
  package var buildingEdge: Color
  /// Beaches.
  package var sand: Color
  /// Lawns.
  package var grass: Color
  /// Parks and gardens.
  package var park: Color
  /// Woods.
  package var wood: Color
  /// The crowns of trees.
  package var tree: Color
  /// Squares where one walks.
  package var square: Color
  /// Rivers, canals and the sea.
  package var water: Color
  /// Where water meets the land.
  package var shore: Color
  /// Paths where one walks.
  package var path: Color
  /// Railways.
  package var rail: Color
  /// Streets of houses.
  package var street: Color
  /// Roads through a quarter.
  package var tertiary: Color
  /// Roads from quarter to quarter.
  package var secondary: Color
  /// Roads through the city.
  package var primary: Color
  /// Roads out of the city.
  package var motorway: Color
  /// The edges of streets.
  package var streetEdge: Color
  /// The edges of the greater roads.
  package var roadEdge: Color
  /// The edges of bridges.
  package var bridgeEdge: Color
  /// Names of quarters.
  package var label: Color
  /// Names of streets.
  package var streetLabel: Color
  /// Names of parks.
  package var parkLabel: Color
  /// Names of waters.
  package var waterLabel: Color
  /// The target that is driven to.
  package var target: Color
  /// The targets that wait.
  package var waiting: Color
  /// Letters on both.
  package var pinText: Color
  /// The car's windows.
  package var glass: Color
  /// The car's lamps.
  package var lamp: Color

  /// For paper, slides and bright rooms.
  package static let light = CityColors(
    land: Color(0xF2EFE9), block: Color(0xEAE5DC), building: Color(0xE1DACE),
    buildingEdge: Color(0xCCC3B4), sand: Color(0xF3E6C5), grass: Color(0xDDE9CB),
    park: Color(0xC8DFB3), wood: Color(0xB4D09F), tree: Color(0x93BB82), square: Color(0xF8F2E4),
    water: Color(0xA8CFE6), shore: Color(0x7FB2D2), path: Color(0xBBAA8C), rail: Color(0x9C968D),
    street: Color(0xFFFFFF), tertiary: Color(0xFFFBEF), secondary: Color(0xFFF0C6),
    primary: Color(0xFFDD94), motorway: Color(0xF8BC6B), streetEdge: Color(0xCFC7B8),
    roadEdge: Color(0xDDBD80), bridgeEdge: Color(0x9C9283), label: Color(0x6A6255),
    streetLabel: Color(0x857B6B), parkLabel: Color(0x55804A), waterLabel: Color(0x3F7BA3),
    target: Color(0xD7354B), waiting: Color(0x7C8594), pinText: Color(0xFFFFFF),
    glass: Color(0x1D2C4C), lamp: Color(0xFFF3BF))

  /// For screens and dark rooms.
  package static let dark = CityColors(
    land: Color(0x1A1E27), block: Color(0x1F242E), building: Color(0x2A303D),
    buildingEdge: Color(0x363D4C), sand: Color(0x35342F), grass: Color(0x1F2E2A),
    park: Color(0x1D352D), wood: Color(0x1A3D2E), tree: Color(0x2A5541), square: Color(0x292E39),
    water: Color(0x12304B), shore: Color(0x275473), path: Color(0x545B6A), rail: Color(0x596172),
    street: Color(0x444C5D), tertiary: Color(0x4D566A), secondary: Color(0x6C685F),
    primary: Color(0x8C7A52), motorway: Color(0xA9854A), streetEdge: Color(0x10131A),
    roadEdge: Color(0x14130F), bridgeEdge: Color(0x7C8AA3), label: Color(0xA0A9B9),
    streetLabel: Color(0xB4BCCA), parkLabel: Color(0x74AD8C), waterLabel: Color(0x6FA5CC),
    target: Color(0xFF6B7E), waiting: Color(0x848EA1), pinText: Color(0x14171E),
    glass: Color(0x0E1830), lamp: Color(0xFFE9A8))

  /// All of them, those of the greatest areas first.
  package var all: [Color] {
    [
      land, block, building, street, water, park, buildingEdge, streetEdge, tertiary, secondary,
      primary, motorway, roadEdge, grass, wood, tree, sand, square, shore, bridgeEdge, path, rail,
      label, streetLabel, parkLabel, waterLabel, target, waiting, pinText, glass, lamp,
    ]
  }
}
