import Glibc
import Raster

extension TaxiPainter {
  /// Draws a person from the front: a head above shoulders.
  func drawPassenger(at place: Point, size: Double, isGlad: Bool, onto canvas: Canvas) {
    let color = isGlad ? theme.positive : theme.text.mixed(with: theme.accent, 0.35)
    let head = place.moved(0, -size * 0.24)
    let shoulders = Rect(
      x: place.x - size * 0.3, y: place.y + size * 0.02, width: size * 0.6, height: size * 0.62)
    let rim = max(1, size * 0.07)
    canvas.fill(.circle(head, radius: size * 0.22 + rim), theme.floor)
    canvas.isolated {
      canvas.clip(
        to: .rect(Rect(x: place.x - size, y: place.y - size, width: 2 * size, height: size * 1.4)))
      canvas.fill(.rounded(shoulders.inset(by: -rim), radius: size * 0.32), theme.floor)
      canvas.fill(.rounded(shoulders, radius: size * 0.28), color)
    }
    canvas.fill(.circle(head, radius: size * 0.22), color)
  }

  /// Draws the taxi from above, pointing in its direction.
  func drawTaxi(_ scene: RecordedScene<TaxiState>, onto canvas: Canvas) {
    let state = scene.state
    let heading = TaxiState.heading(after: scene.choice, scene.details)
    let moves = TaxiState.way(of: scene.choice) != nil
    let bumps =
      moves
      && scene.previous.map { $0.isDrawable && ($0.row, $0.column) == (state.row, state.column) }
        ?? false
    let push = bumps ? side * 0.1 : 0
    // A passenger may wait in the cell's corner, below a flag.
    let isAtPlace = TaxiState.places.contains { ($0.row, $0.column) == (state.row, state.column) }
    let aside = isAtPlace ? side * 0.12 : 0
    let center = layout.center(row: state.row, column: state.column)
      .moved(Double(heading.dx) * push + aside, Double(heading.dy) * push + aside)
    canvas.isolated {
      canvas.translate(center.x, center.y)
      canvas.rotate(atan2(Double(heading.dy), Double(heading.dx)))
      drawBody(onto: canvas)
      if state.isCarrying {
        canvas.fill(.circle(Point(-side * 0.02, 0), radius: side * 0.105), theme.floor)
        canvas.fill(
          .circle(Point(-side * 0.02, 0), radius: side * 0.08),
          theme.text.mixed(with: theme.accent, 0.35))
      } else {
        drawChecks(onto: canvas)
      }
    }
  }

  private func drawBody(onto canvas: Canvas) {
    let (length, width) = (side * 0.62, side * 0.34)
    let body = Rect(center: Point(0, 0), width: length, height: width)
    let dark = theme.color(light: 0x2B3242, dark: 0x11151D)
    for x in [-0.19, 0.19] {
      for y in [-0.17, 0.17] {
        canvas.fill(
          .rounded(
            Rect(center: Point(side * x, side * y), width: side * 0.13, height: side * 0.08),
            radius: side * 0.03), dark)
      }
    }
    canvas.fill(.rounded(body.inset(by: -max(1, side * 0.02)), radius: side * 0.12), theme.floor)
    canvas.fill(.rounded(body, radius: side * 0.1), Self.yellow(theme))
    // Windscreen, rear window and lights.
    let front = [(0.17, -0.125), (0.1, -0.11), (0.1, 0.11), (0.17, 0.125)]
    let rear = [(-0.19, -0.11), (-0.235, -0.115), (-0.235, 0.115), (-0.19, 0.11)]
    for window in [front, rear] {
      canvas.fill(.polygon(window.map { Point(side * $0.0, side * $0.1) }), dark)
    }
    for y in [-0.115, 0.115] {
      canvas.fill(
        .circle(Point(side * 0.28, side * y), radius: side * 0.025), Color(0xFFFFFF))
    }
  }

  /// Draws the sign on the roof of a free taxi.
  private func drawChecks(onto canvas: Canvas) {
    let dark = theme.color(light: 0x2B3242, dark: 0x11151D)
    let size = side * 0.052
    for row in 0..<2 {
      for column in 0..<4 where (row + column).isMultiple(of: 2) {
        canvas.fill(
          Rect(
            x: -side * 0.045 - size + Double(row) * size, y: (Double(column) - 2) * size,
            width: size, height: size), dark)
      }
    }
  }
}
