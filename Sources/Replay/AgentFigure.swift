import Raster

/// The one who moves: a round figure with two eyes that look ahead.
struct AgentFigure {
  enum Mood { case calm, glad, dazed, sunk }

  let radius: Double
  let theme: Theme
  let dx: Double
  let dy: Double
  let mood: Mood

  func draw(at place: Point, onto canvas: Canvas) {
    guard mood != .sunk else { return drawSunk(at: place, onto: canvas) }
    let rim = max(1.5, radius * 0.10)
    canvas.fill(
      .ellipse(
        Rect(
          center: place.moved(0, radius * 0.96), width: radius * 1.5, height: radius * 0.42)),
      Color(0).opacity(0.12))
    canvas.fill(.circle(place, radius: radius + rim), theme.agentRim)
    canvas.fill(.circle(place, radius: radius), theme.agent)
    drawFace(at: place, onto: canvas)
  }

  private func drawFace(at place: Point, onto canvas: Canvas) {
    guard radius >= 5 else { return }
    let white = Color(0xFFFFFF)
    let dark = Color(0x1D2330)
    for sign in [-1.0, 1.0] {
      let eye = place.moved(
        sign * radius * 0.36 + dx * radius * 0.20, -radius * 0.10 + dy * radius * 0.22)
      switch mood {
      case .glad:
        canvas.stroke(
          .arc(eye.moved(0, radius * 0.10), radius: radius * 0.20, from: .pi * 1.1, to: .pi * 1.9),
          white, Stroke(width: radius * 0.14, cap: .round))
      case .dazed:
        let reach = radius * 0.16
        let stroke = Stroke(width: radius * 0.12, cap: .round)
        canvas.stroke(.line(eye.moved(-reach, -reach), eye.moved(reach, reach)), white, stroke)
        canvas.stroke(.line(eye.moved(-reach, reach), eye.moved(reach, -reach)), white, stroke)
      case .calm, .sunk:
        canvas.fill(.circle(eye, radius: radius * 0.245), white)
        canvas.fill(
          .circle(eye.moved(dx * radius * 0.11, dy * radius * 0.11), radius: radius * 0.125), dark)
      }
    }
  }

  /// Up to the eyes in water.
  private func drawSunk(at place: Point, onto canvas: Canvas) {
    let ripple = theme.crack
    let line = place.y + radius * 0.30
    canvas.isolated {
      canvas.clip(
        to: .rect(
          Rect(x: place.x - radius * 1.5, y: place.y - radius * 2, width: radius * 3,
            height: line - place.y + radius * 2)))
      let head = place.moved(0, radius * 0.22)
      canvas.fill(.circle(head, radius: radius * 0.80), theme.agent)
      AgentFigure(radius: radius * 0.8, theme: theme, dx: 0, dy: 0, mood: .dazed)
        .drawFace(at: head.moved(0, -radius * 0.05), onto: canvas)
    }
    for (width, share) in [(1.9, 0.0), (2.5, 0.5)] {
      canvas.stroke(
        .ellipse(
          Rect(
            center: Point(place.x, line), width: radius * width, height: radius * width * 0.28)),
        ripple.mixed(with: theme.hole, share), width: max(1, radius * 0.07))
    }
  }
}
