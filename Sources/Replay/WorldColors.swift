import Analysis
package import Raster

/// The colours that several worlds share, besides those of map cells.
extension Theme {
  /// Floor.
  package var floor: Color { color(light: 0xFFFFFF, dark: 0x222733) }
  /// Lines between floor cells.
  package var floorLine: Color { color(light: 0xE8EBF0, dark: 0x2C3240) }
  /// The upper edge of a wall, which catches the light.
  package var wallEdge: Color { color(light: 0x55617C, dark: 0x707C9B) }
  /// Where an episode starts.
  package var start: Color { color(light: 0xC9D4E8, dark: 0x3A4766) }
  /// The agent.
  package var agent: Color { accent }
  /// The rim around the agent, so that it stands out from any floor.
  package var agentRim: Color { color(light: 0xFFFFFF, dark: 0x14171E) }
  /// The agent's trail.
  package var trail: Color { color(light: 0xA9C2F4, dark: 0x3D568F) }
  /// Lines between cells of ice.
  package var iceLine: Color { color(light: 0xC7DDEC, dark: 0x364E66) }
  /// Cracks in the ice, and the rim of a hole.
  package var crack: Color { color(light: 0x9CC0DA, dark: 0x5C7E9C) }

  /// The colours that the film of a world is likely to need.
  package var worldColors: [Color] {
    declaredColors.dropLast(series.count) + [
      floor, floorLine, wall, wallEdge, start, goal, agent, agentRim, trail, ice, iceLine, crack,
      hole,
    ] + series
  }
}
