import Analysis

extension [RunReport] {
  /// The runs with the maps of each world in one colour scale, so that colours can be compared.
  func inOneScale() throws -> [RunReport] {
    let maps = Dictionary(grouping: self) { $0.task }.mapValues {
      $0.compactMap(\.heat).flatMap(\.maps)
    }
    return try map { report in
      guard let heat = report.heat, let all = maps[report.task], all.count > heat.maps.count else {
        return report
      }
      let scale = ColorScale(fitting: all)
      var report = report
      report.heat?.parts = .init(
        light: try heat.parts.light.like(heat.maps[0], in: scale),
        dark: try heat.parts.dark.like(heat.maps[0], in: scale))
      return report
    }
  }
}
