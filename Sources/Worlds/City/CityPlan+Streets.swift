import Glibc

extension CityPlan {
  // MARK: Ground

  /// Nodes of a rotated, bent and jittered grid that extends beyond the map on every side.
  mutating func layGrid() {
    let pitch = CityPoint(words.real(in: 124...150), words.real(in: 116...142))
    let turn = words.real(in: -24...24) * .pi / 180
    let middle = Self.size / 2 + CityPoint(words.real(in: -60...60), words.real(in: -50...50))
    let (bend, phase) = (words.real(in: 0...22), words.real(in: 0...6))
    for row in -8...8 {
      var line: [CityPoint] = []
      for column in -8...8 {
        let jitter = CityPoint(words.real(in: -9...9), words.real(in: -9...9))
        let flat = CityPoint(Double(column), Double(row)) * pitch + jitter
        let bent = flat + CityPoint(0, bend * sin(Double(column) * 0.55 + phase))
        line.append(
          middle
            + CityPoint(
              bent.x * cos(turn) - bent.y * sin(turn), bent.x * sin(turn) + bent.y * cos(turn)))
      }
      nodes.append(line)
    }
    centre = nodes[8][8]
  }

  /// A river that winds across the map, past the middle.
  mutating func layRiver() {
    riverWidth = words.real(in: 42...66)
    let side = words.index(below: 2) == 0 ? 1.0 : -1.0
    let (swing, phase) = (words.real(in: 30...80), words.real(in: 0...6))
    let slope = words.real(in: -0.22...0.22)
    let isAcross = words.index(below: 3) > 0
    let away = side * words.real(in: 170...230)
    var points: [CityPoint] = []
    for step in -4...34 {
      let t = Double(step) / 30
      if isAcross {
        let x = t * Self.size.x
        let y = centre.y + away + slope * (x - centre.x) + swing * sin(t * 7 + phase)
        points.append(CityPoint(x, y))
      } else {
        let y = t * Self.size.y
        let x = centre.x + away * 1.3 + slope * (y - centre.y) + swing * sin(t * 6 + phase)
        points.append(CityPoint(x, y))
      }
    }
    river = CityLine(points)
    let outline =
      river.shifted(riverWidth / 2).points + river.shifted(-riverWidth / 2).points.reversed()
    areas.append(
      Area(key: "natural", value: "water", name: names.river(&words), outlines: [outline]))
  }

  /// One or two parks, each covering a few cells of the grid, with a pond and paths.
  mutating func layParks() {
    for _ in 0..<40 where parks.count < 2 {
      let (row, column) = (3 + words.index(below: 9), 3 + words.index(below: 9))
      let (high, wide) = (1 + words.index(below: 2), 2)
      let rim = rim(row, column, high, wide)
      let middle = rim.reduce(CityPoint(0, 0), +) / Double(rim.count)
      let isFree = rim.allSatisfy { Self.contains($0, margin: -30) && shore($0) > 30 }
      let others = [centre] + grounds.map { $0.points.reduce(.zero, +) / Double($0.points.count) }
      guard isFree, shore(middle) > 90,
        others.allSatisfy({ CityLine([$0, $0]).distance(to: middle) > 290 })
      else { continue }
      func inset(_ distance: Double) -> [CityPoint] {
        rim.map { point in
          let way = middle - point
          return point + way * (distance / (way * way).sum().squareRoot())
        }
      }
      let outline = inset(20)
      grounds.append(CityLine(inset(4)))
      parks.append(CityLine(outline))
      for y in row..<row + high { for x in column..<column + wide { parkCells.insert(y * 17 + x) } }
      areas.append(
        Area(key: "leisure", value: "park", name: names.park(&words), outlines: [outline]))
      let radii = CityPoint(words.real(in: 26...40), words.real(in: 16...26))
      areas.append(
        Area(key: "natural", value: "water", outlines: [CityLine.arc(middle, radii).points]))
      for corner in [outline[0], outline[wide], outline[wide + high], outline[2 * wide + high]] {
        let way = corner - middle
        let length = (way * way).sum().squareRoot()
        paths.append([corner, middle + way / length * (radii.max() + 5)])
      }
      paths.append(CityLine.arc(middle, radii + 6).points)
    }
  }

  /// The nodes around some cells of the grid.
  private func rim(_ row: Int, _ column: Int, _ high: Int, _ wide: Int) -> [CityPoint] {
    (0..<wide).map { nodes[row][column + $0] }
      + (0..<high).map { nodes[row + $0][column + wide] }
      + (0..<wide).map { nodes[row + high][column + wide - $0] }
      + (0..<high).map { nodes[row + high - $0][column] }
  }

  /// The round square in the middle.
  mutating func laySquare() {
    let radius = CityPoint(Self.squareRadius, Self.squareRadius)
    roads.append(
      Road(
        kind: .secondary, name: names.square(&words), isBridge: false,
        points: CityLine.arc(centre, radius).points))
    areas.append(
      Area(key: "leisure", value: "park", outlines: [CityLine.arc(centre, radius - 17).points]))
    areas.append(
      Area(key: "natural", value: "water", outlines: [CityLine.arc(centre, [9, 9]).points]))
  }

  // MARK: Roads

  /// The grid's streets, with some missing here and there; few cross the river.
  mutating func layStreets() {
    for line in 0..<17 {
      for isRow in [true, false] {
        let kind: RoadClass = line % 4 == 2 ? .tertiary : .residential
        let crosses = kind == .tertiary || words.index(below: 4) == 0
        let name = names.street(&words)
        var run: [CityPoint] = []
        for step in 0..<17 {
          run.append(isRow ? nodes[line][step] : nodes[step][line])
          if kind == .residential, words.index(below: 10) == 0 {
            lay(kind, name, CityLine(run), crosses: crosses)
            run = []
          }
        }
        lay(kind, name, CityLine(run), crosses: crosses)
      }
    }
  }

  /// Straight avenues from the middle outwards, across the grid.
  mutating func layAvenues() {
    let first = words.real(in: 25...65)
    for arm in 0..<(3 + words.index(below: 3)) {
      let angle = (first + Double(arm) * 85 + words.real(in: -12...12)) * .pi / 180
      let way = CityPoint(cos(angle), sin(angle))
      let kind: RoadClass = arm < 2 ? .primary : .secondary
      lay(
        kind, names.avenue(&words),
        CityLine([centre + way * Self.squareRadius, centre + way * 1300]), crosses: true)
    }
  }

  /// A boulevard around the middle.
  mutating func layRing() {
    let radii = CityPoint(words.real(in: 330...430), words.real(in: 290...350))
    lay(.secondary, names.ring(&words), CityLine.arc(centre, radii), crosses: true)
  }

  /// Roads along both banks.
  mutating func layQuays() {
    guard riverWidth > 0 else { return }
    for side in [1.0, -1.0] {
      lay(
        .tertiary, names.quay(&words), river.shifted(side * (riverWidth / 2 + 20)), crosses: true)
    }
  }

  /// Lays the parts of a road that are outside the parks and the square and, unless it crosses,
  /// away from the river. Parts above the water become a bridge.
  private mutating func lay(_ kind: RoadClass, _ name: String, _ line: CityLine, crosses: Bool) {
    var run: [CityPoint] = []
    var isBridge = false
    for place in line.resampled(5) {
      let isOpen =
        Self.contains(place, margin: -25) && (crosses || shore(place) > 18)
        && CityLine([centre, centre]).distance(to: place) > Self.squareRadius - 3
        && (kind.isMain || !grounds.contains { $0.encloses(place) })
      guard isOpen else {
        finish(kind, name, &run, isBridge)
        continue
      }
      if (shore(place) < 3) != isBridge {
        // Bridge and street share a point.
        run.append(place)
        finish(kind, name, &run, isBridge)
        isBridge.toggle()
      }
      run.append(place)
    }
    finish(kind, name, &run, isBridge)
  }

  private mutating func finish(
    _ kind: RoadClass, _ name: String, _ run: inout [CityPoint], _ isBridge: Bool
  ) {
    // Shorter pieces would be stumps, and a longer bridge would run along the river.
    let isSound = isBridge ? run.count > 1 : run.count > 3
    if isSound, kind.isMain || !isBridge || Double(run.count * 5) < 2.2 * riverWidth {
      let points = CityLine(run).simplified()
      roads.append(Road(kind: kind, name: name, isBridge: isBridge, points: points))
    }
    run = []
  }
}

extension RoadClass {
  /// Whether it may run through parks and over the river.
  fileprivate var isMain: Bool { self == .primary || self == .secondary }
}
