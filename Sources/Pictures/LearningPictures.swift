import Analysis
import Experiments
import Raster
import Recordings
package import Replay
import Rollouts

/// Makes the film of a run's learning, or of two runs' on one clock.
package struct LearningPictures {
  private let pictures: EpisodePictures
  private let other: EpisodePictures?
  private let request: EpisodePictureOptions
  private let pace: LearningFilm.Pace
  private let milestones: [Milestone]
  private let curve: Curve
  private let steps: Int
  /// What was learned, where that can be drawn.
  private let maps: (any LearnedMaps)?
  private let layout: LearningLayout

  /// The learning of a run, or of two side by side.
  package init(
    _ pictures: EpisodePictures, comparedWith other: EpisodePictures? = nil,
    pace: LearningFilm.Pace
  ) throws {
    (self.pictures, self.other, self.pace) = (pictures, other, pace)
    request = pictures.request
    let chosen = pictures.episodes.sorted { $0.firstStep < $1.firstStep }
    milestones =
      request.filter != nil
      ? chosen.map { Milestone("Episode \($0.number)", $0) }
      : Milestone.all(of: try pictures.candidates())
    curve = try pictures.curve()
    steps = try max(pictures.recording.stepCount(), other?.recording.stepCount() ?? 0)
    maps = other == nil ? pictures.learned : nil
    layout = LearningLayout(
      width: request.size ?? LearningLayout.usualWidth,
      other == nil ? .beside(hasMap: maps != nil) : .pair)
  }

  /// The film.
  package func film() throws -> LearningFilm {
    let theme = request.theme
    var panels: [LearningFilm.Panel] = []
    let growing = try growingCurve()
    panels.append { step, canvas in try growing.draw(step, onto: canvas) }
    if other == nil {
      if let maps {
        let map = try GrowingMap(
          maps, milestones.map(\.episode), in: layout.map, lastStep: steps, theme: theme)
        panels.append { step, canvas in try map.draw(step, onto: canvas) }
      }
      // Over the margin of the map, which in small films is wider than its room.
      let facts = LearningFacts(curve, steps: steps, in: layout, theme: theme)
      panels.append { step, canvas in facts.draw(step, onto: canvas) }
    }
    let episodes = curve.episodes.count
    let size = "\(NumberText.grouped(episodes)) episodes, \(NumberText.grouped(steps)) steps"
    let mean = curve.average.last.map { "mean return \(NumberText.short($0)) at the end" }
    let title =
      request.title.isEmpty
      ? other == nil ? pictures.run.chartTitle : comparisonTitle : request.title
    return try LearningFilm(
      board: try board(), scenes: milestones.map(scene),
      opening: .init(request.title.isEmpty ? pictures.run.worldTitle : request.title, [size]),
      closing: .init("The end of training", other == nil ? [size, mean ?? ""] : [size]),
      lastStep: steps, layout: layout, panels: panels, title: title,
      subtitle: request.caption.isEmpty
        ? "\(size), every frame as it was recorded" : request.caption,
      pace: pace, theme: theme)
  }

  private var comparisonTitle: String {
    let (first, second) = RunDescription.names(pictures.run, other?.run ?? pictures.run)
    return "\(pictures.run.worldTitle): \(first) and \(second)"
  }

  private func scene(_ milestone: Milestone) -> LearningFilm.Scene {
    let episode = milestone.episode
    let isNamed = milestone.name != "Episode \(episode.number)"
    let lines =
      (isNamed ? ["episode \(NumberText.grouped(episode.number))"] : [])
      + ["after \(NumberText.grouped(episode.firstStep)) steps"]
    return .init(
      milestone.name, card: .init(milestone.name, lines), firstStep: episode.firstStep,
      stride: episode.stride)
  }

  private func board() throws -> any FrameSource {
    var options = pictures.options
    options.title = ""
    options.size = layout.boardSize
    let episodes = milestones.map(\.episode)
    guard let other else { return try pictures.film(of: episodes, options, hold: 0) }
    let all = try other.candidates()
    let beside = episodes.map { episode in
      all.last { $0.firstStep <= episode.firstStep } ?? all[0]
    }
    let (first, second) = RunDescription.names(pictures.run, other.run)
    return try TiledFilm(
      [
        .init(
          try pictures.film(of: episodes, options, hold: 0), label: first,
          color: request.theme.accent),
        .init(
          try other.film(of: beside, options, hold: 0), label: second,
          color: request.theme.secondAccent),
      ], columns: 2, theme: request.theme)
  }

  private func growingCurve() throws -> GrowingCurve {
    let theme = request.theme
    guard let other else {
      var chart = curve.chart(title: "", theme: theme)
      chart.subtitle = ""
      chart.x = Axis("Steps", 0...Double(steps))
      chart.layers.removeAll { if case .note = $0 { true } else { false } }
      return try GrowingCurve(
        chart, lines: [.init(x: curve.x, y: curve.average, color: theme.accent)],
        in: layout.curve, unit: layout.unit)
    }
    let second = try other.curve()
    let (firstName, secondName) = RunDescription.names(pictures.run, other.run)
    let lines = [
      GrowingCurve.Line(x: curve.x, y: curve.average, color: theme.accent),
      GrowingCurve.Line(x: second.x, y: second.average, color: theme.secondAccent),
    ]
    var chart = Chart(
      title: "", x: Axis("Steps", 0...Double(steps)),
      y: .covering("Return, \(curve.averageName)", [curve.average, second.average]),
      theme: theme)
    let stroke = Stroke(width: 2.5)
    chart.layers = lines.map { .line(x: $0.x, y: $0.y, $0.color, stroke) }
    chart.legend = [
      .init(firstName, theme.accent, stroke), .init(secondName, theme.secondAccent, stroke),
    ]
    return try GrowingCurve(chart, lines: lines, in: layout.curve, unit: layout.unit)
  }
}

extension EpisodePictures {
  /// The episodes among which a film of learning chooses.
  fileprivate func candidates() throws -> [Episode] {
    painters.learning(try recording.episodesWithSteps())
  }

  /// Maps of what was learned: of a table where every step is there, of a network where the world has
  /// places to ask it about.
  var learned: (any LearnedMaps)? {
    guard run.purpose == .train else { return nil }
    return try? tables.learnedMaps(of: recording)
  }

  /// The run's returns along its steps.
  func curve() throws -> Curve {
    let outcomes = try recording.outcomes()
    guard !outcomes.isEmpty else {
      throw RunError.run("\(recording.path) has no finished episode to draw yet")
    }
    return Curve(outcomes, by: .steps)
  }
}
