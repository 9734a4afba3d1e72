import Analysis
import Raster

/// The agent: a round figure with two eyes that look ahead.
struct AgentFigure {
  let radius: Double
  let theme: Theme
  let dx: Double
  let dy: Double
  let mood: AgentPose.Mood

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

  /// Up to the chin in water.
  private func drawSunk(at place: Point, onto canvas: Canvas) {
    let line = place.y + radius * 0.36
    let size = radius * 0.80
    let head = place.moved(0, radius * 0.06)
    canvas.isolated {
      canvas.clip(
        to: .rect(
          Rect(
            x: place.x - radius, y: head.y - size * 1.1, width: radius * 2,
            height: line - head.y + size * 1.1)))
      canvas.fill(.circle(head, radius: size), theme.agent)
      AgentFigure(radius: size, theme: theme, dx: 0, dy: 0, mood: .dazed)
        .drawFace(at: head, onto: canvas)
    }
    // Rings on the water run around the front.
    for (reach, share) in [(0.82, 0.1), (1.12, 0.45)] {
      let ring = (0...12).map { step -> Point in
        let t = Double(step) / 6 - 1
        return Point(place.x + t * radius * reach, line + (1 - t * t) * radius * reach * 0.26)
      }
      canvas.stroke(
        .polyline(ring), theme.crack.mixed(with: theme.hole, share),
        Stroke(width: max(1, radius * 0.075), cap: .round))
    }
  }
}
