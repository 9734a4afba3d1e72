extension CityPlan {
  /// Rows of houses along the streets of every grid cell, with a yard behind; none on a road, water
  /// or a park.
  mutating func build() {
    guard let mask = mask(widerBy: 6) else { return }
    for row in 0..<16 {
      for column in 0..<16 where !parkCells.contains(row * 17 + column) {
        let corners = [
          nodes[row][column], nodes[row][column + 1], nodes[row + 1][column + 1],
          nodes[row + 1][column],
        ]
        guard corners.contains(where: { Self.contains($0, margin: -20) }) else { continue }
        build(on: corners, mask)
      }
    }
  }

  private mutating func build(on corners: [CityPoint], _ mask: RoadMask) {
    let block = inset(corners, by: 13)
    areas.append(Area(key: "landuse", value: "residential", outlines: [block]))
    let depth = words.real(in: 18...25)
    var houses: [[CityPoint]] = []
    for side in 0..<4 {
      let (a, b) = (block[side], block[(side + 1) % 4])
      let along = b - a
      let length = (along * along).sum().squareRoot()
      guard length > 2 * depth else { continue }
      let step = along / length
      let inward = CityPoint(-step.y, step.x)
      // The second pair of sides fits between the first pair.
      let spare = side % 2 == 0 ? 0 : depth + 1
      var from = spare
      while from < length - spare - 8 {
        let to = min(length - spare, from + words.real(in: 18...38))
        let deep = depth + words.real(in: -3...3)
        func house(_ left: Double, _ right: Double, _ deep: Double) -> [CityPoint] {
          let (front, back) = (a + step * left, a + step * right)
          return [front, back, back + inward * deep, front + inward * deep]
        }
        let (left, right, middle) = (from, to - 0.8, (from + to) / 2)
        from = to
        // Where a whole house does not fit, a smaller one may.
        let sizes = [
          house(left, right, deep), house(left, right, deep * 0.55), house(left, middle, deep),
          house(middle, right, deep),
        ]
        if let fitting = sizes.first(where: { isFree($0, mask) }) { houses.append(fitting) }
      }
    }
    if !houses.isEmpty { areas.append(Area(key: "building", value: "yes", outlines: houses)) }
    let yard = inset(block, by: depth + 6)
    guard isFree(yard, mask) else { return }
    if words.index(below: 5) < 3 {
      areas.append(Area(key: "leisure", value: "garden", outlines: [yard]))
    } else if words.index(below: 2) == 0 {
      areas.append(Area(key: "building", value: "yes", outlines: [inset(yard, by: 5)]))
    }
  }

  /// A four-sided outline, each side moved inward.
  private func inset(_ corners: [CityPoint], by distance: Double) -> [CityPoint] {
    let middle = corners.reduce(CityPoint(0, 0), +) / 4
    return corners.map { corner in
      let way = middle - corner
      let length = max(1, (way * way).sum().squareRoot())
      return corner + way / length * min(length * 0.9, distance * 2.0.squareRoot())
    }
  }

  /// Whether an outline overlaps nothing.
  private func isFree(_ outline: [CityPoint], _ mask: RoadMask) -> Bool {
    let middle = outline.reduce(CityPoint(0, 0), +) / Double(outline.count)
    guard Self.contains(middle) else { return false }
    let round = CityLine(outline + [outline[0]]).resampled(7)
    // Also tests rings inside the outline, since a road may cross it without touching its middle.
    return [1, 0.5, 0].allSatisfy { share in
      round.allSatisfy { corner in
        let place = middle + (corner - middle) * share
        return !mask.isRoad(place.x, place.y) && shore(place) > 4
          && !parks.contains { $0.encloses(place) }
      }
    }
  }

  // MARK: Targets

  /// Three crossings and a start that are far apart and not connected by a straight drive.
  mutating func chooseTargets() {
    guard let mask = mask(widerBy: 0) else { return }
    var places: [CityPoint] = []
    for line in nodes {
      for node in line where Self.contains(node, margin: 70) {
        let isClear = CityLine([centre, centre]).distance(to: node) > Self.squareRadius + 30
        if isClear, mask.isRoad(node.x, node.y), ways(outOf: node, mask) > 2 { places.append(node) }
      }
    }
    guard !places.isEmpty else { return }
    for _ in 0..<400 {
      let chosen = (0..<4).map { _ in places[words.index(below: places.count)] }
      (targets, start) = (Array(chosen.prefix(3)), chosen[3])
      let legs = [(3, 0, 220.0), (0, 1, 380), (1, 2, 380), (2, 0, 380)]
      let isGood = legs.allSatisfy { from, to, least in
        let way = chosen[to] - chosen[from]
        return (way * way).sum() > least * least
          && mask.offRoadShare(from: chosen[from], to: chosen[to]) > 0.56
      }
      if isGood { return }
    }
  }

  /// How many roads leave a point.
  private func ways(outOf place: CityPoint, _ mask: RoadMask) -> Int {
    let circle = CityLine.arc(place, [34, 34]).resampled(2)
    let isRoad = circle.map { mask.isRoad($0.x, $0.y) }
    return zip(isRoad, isRoad.dropFirst()).count { !$0 && $1 }
  }
}
