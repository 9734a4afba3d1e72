package import Raster

/// The colours of a city's map.
package struct CityColors {
  let theme: Theme

  /// Bare ground.
  package var land: Color { theme.color(light: 0xF2EFE9, dark: 0x1A1E27) }
  /// Ground below houses.
  package var block: Color { theme.color(light: 0xEAE5DC, dark: 0x1F242E) }
  /// Houses.
  package var building: Color { theme.color(light: 0xE1DACE, dark: 0x2A303D) }
  /// The outlines of houses.
  package var buildingEdge: Color { theme.color(light: 0xCCC3B4, dark: 0x363D4C) }
  /// Beaches.
  package var sand: Color { theme.color(light: 0xF3E6C5, dark: 0x35342F) }
  /// Lawns.
  package var grass: Color { theme.color(light: 0xDDE9CB, dark: 0x1F2E2A) }
  /// Parks and gardens.
  package var park: Color { theme.color(light: 0xC8DFB3, dark: 0x1D352D) }
  /// Woods.
  package var wood: Color { theme.color(light: 0xB4D09F, dark: 0x1A3D2E) }
  /// The crowns of trees.
  package var tree: Color { theme.color(light: 0x93BB82, dark: 0x2A5541) }
  /// Squares for pedestrians.
  package var square: Color { theme.color(light: 0xF8F2E4, dark: 0x292E39) }
  /// Rivers, canals and the sea.
  package var water: Color { theme.color(light: 0xA8CFE6, dark: 0x12304B) }
  /// Where water meets the land.
  package var shore: Color { theme.color(light: 0x7FB2D2, dark: 0x275473) }
  /// Footpaths.
  package var path: Color { theme.color(light: 0xBBAA8C, dark: 0x545B6A) }
  /// Railways.
  package var rail: Color { theme.color(light: 0x9C968D, dark: 0x596172) }
  /// Residential streets.
  package var street: Color { theme.color(light: 0xFFFFFF, dark: 0x444C5D) }
  /// Roads through a quarter.
  package var tertiary: Color { theme.color(light: 0xFFFBEF, dark: 0x4D566A) }
  /// Roads between quarters.
  package var secondary: Color { theme.color(light: 0xFFF0C6, dark: 0x6C685F) }
  /// Roads through the city.
  package var primary: Color { theme.color(light: 0xFFDD94, dark: 0x8C7A52) }
  /// Roads out of the city.
  package var motorway: Color { theme.color(light: 0xF8BC6B, dark: 0xA9854A) }
  /// The edges of streets.
  package var streetEdge: Color { theme.color(light: 0xCFC7B8, dark: 0x10131A) }
  /// The edges of the greater roads.
  package var roadEdge: Color { theme.color(light: 0xDDBD80, dark: 0x14130F) }
  /// The edges of bridges.
  package var bridgeEdge: Color { theme.color(light: 0x9C9283, dark: 0x7C8AA3) }
  /// Names of quarters.
  package var label: Color { theme.color(light: 0x6A6255, dark: 0xA0A9B9) }
  /// Names of streets.
  package var streetLabel: Color { theme.color(light: 0x857B6B, dark: 0xB4BCCA) }
  /// Names of parks.
  package var parkLabel: Color { theme.color(light: 0x55804A, dark: 0x74AD8C) }
  /// Names of waters.
  package var waterLabel: Color { theme.color(light: 0x3F7BA3, dark: 0x6FA5CC) }
  /// The current target.
  package var target: Color { theme.color(light: 0xD7354B, dark: 0xFF6B7E) }
  /// The other targets.
  package var waiting: Color { theme.color(light: 0x7C8594, dark: 0x848EA1) }
  /// Letters on both kinds of targets.
  package var pinText: Color { theme.color(light: 0xFFFFFF, dark: 0x14171E) }
  /// The car's windows.
  package var glass: Color { theme.color(light: 0x1D2C4C, dark: 0x0E1830) }
  /// The car's lamps.
  package var lamp: Color { theme.color(light: 0xFFF3BF, dark: 0xFFE9A8) }

  /// All of them, those of the largest areas first.
  package var all: [Color] {
    [
      land, block, building, street, water, park, buildingEdge, streetEdge, tertiary, secondary,
      primary, motorway, roadEdge, grass, wood, tree, sand, square, shore, bridgeEdge, path, rail,
      label, streetLabel, parkLabel, waterLabel, target, waiting, pinText, glass, lamp,
    ]
  }
}

extension Theme {
  /// The colours of cities.
  package var city: CityColors { CityColors(theme: self) }
}
