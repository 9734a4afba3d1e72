import Glibc
import Raster
import Rollouts
import Worlds

extension CityPainter {
  private var scale: Double { layout.scale }
  /// The size of marks: they shrink more slowly than the map.
  private var unit: Double { max(scale, Double(max(width, height)) / 1100) }

  /// Draws the area in which the target counts as reached.
  func drawGoal(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    let place = window.place(world.map.targets[Int(scene.state.target)])
    let radius = max(world.rules.targetRadius * scale, 8)
    // Rings, because a tint would need a second colour for everything below it.
    canvas.stroke(
      .circle(place, radius: radius * 1.3), theme.city.target, width: max(0.8, scale))
    canvas.stroke(.circle(place, radius: radius), theme.city.target, width: max(1.6, scale * 2.2))
  }

  /// Draws the car's trail, fading with age.
  func drawTrail(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    let trail = scene.details.trail
    guard trail.count > 1 else { return }
    let thickness = max(1.8, 3.4 * scale)
    // Ticks of one shade are one line: if lines overlapped, their soft edges would add up.
    let piece = CityDetails.trailLength / trailColors.count
    var end = trail.count - 1
    while end > 0 {
      let shade = min(trailColors.count - 1, (end - 1) / piece)
      let start = shade * piece
      canvas.stroke(
        .polyline((start...end).map { window.place(Self.smoothed(trail, $0)) }),
        trailColors[shade],
        Stroke(width: thickness, cap: .round))
      end = start
    }
  }

  /// A car that steers in jerks leaves a jagged trail; a mean over a few ticks is easier to read.
  private static func smoothed(_ trail: Trail<CityPoint>, _ age: Int) -> CityPoint {
    let reach = min(2, age, trail.count - 1 - age)
    guard reach > 0 else { return trail[age] }
    let ages = age - reach...age + reach
    return ages.reduce(CityPoint.zero) { $0 + trail[$1] } / Double(ages.count)
  }

  /// Draws the point that the satnav leads to next.
  func drawSatnav(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    guard let point = world.satnavPoint(scene.state, isFar: true) else { return }
    let place = window.place(point)
    let radius = max(2.6, 4.2 * scale)
    canvas.fill(.circle(place, radius: radius + max(1, 1.5 * scale)), theme.agentRim)
    canvas.stroke(.circle(place, radius: radius), theme.city.target, width: max(1.4, 2.2 * scale))
  }

  /// Draws the car's sensors: a ray for each, and a dot in the colour of its reading.
  func drawSensors(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    let state = scene.state
    let car = window.place(state.position)
    let signals = [state.signal1, state.signal2, state.signal3]
    for (point, signal) in zip(world.sensors(of: state), signals) {
      let place = window.place(point)
      let share = max(0, min(1, Double(signal)))
      let color = signalColors[Int((share * Double(signalColors.count - 1)).rounded())]
      canvas.stroke(
        .line(car, place), theme.agent, Stroke(width: max(1, 1.5 * scale), cap: .round))
      let radius = max(1.9, 3.4 * scale)
      canvas.fill(.circle(place, radius: radius + max(0.8, scale)), theme.agentRim)
      canvas.fill(.circle(place, radius: radius), color)
    }
  }

  /// Draws the car from above, turned to its heading.
  func drawCar(_ scene: CityScene, _ window: CityWindow, onto canvas: Canvas) {
    let place = window.place(scene.state.position)
    let city = theme.city
    // In units of half the car's length.
    let half = max(7, 11 * unit)
    let bounds = layout.view.inset(by: -3 * half)
    guard bounds.contains(place) else { return }
    canvas.isolated {
      canvas.translate(place.x, place.y)
      canvas.rotate(-Double(scene.state.angle) * .pi / 180)
      canvas.scale(half, half)
      func part(_ left: Double, _ right: Double, _ side: Double, _ radius: Double) -> Shape {
        .rounded(Rect(x: left, y: -side, width: right - left, height: 2 * side), radius: radius)
      }
      canvas.fill(part(-1.16, 1.16, 0.68, 0.42), theme.agentRim)
      canvas.fill(part(-1, 1, 0.52, 0.3), theme.agent)
      // The roof is between windscreen and rear window.
      canvas.fill(
        .polygon([Point(0.16, -0.34), Point(0.5, -0.42), Point(0.5, 0.42), Point(0.16, 0.34)]),
        city.glass)
      canvas.fill(
        .polygon([Point(-0.5, -0.34), Point(-0.72, -0.38), Point(-0.72, 0.38), Point(-0.5, 0.34)]),
        city.glass)
      guard half >= 9 else { return }
      for side in [-0.34, 0.34] {
        canvas.fill(.circle(Point(0.88, side), radius: 0.11), city.lamp)
      }
    }
  }
}
