import Analysis
import Experiments
import Raster
import Recordings
package import Replay
import Rollouts

/// Makes the film of a run's learning, or of two runs' on one clock.
package struct LearningPictures {
  /// A run as the film shows it.
  private struct Run {
    var pictures: EpisodePictures
    var curve: Curve
    var steps: Int
    /// Its name beside the other; empty if it is alone.
    var name: String
    var color: Color
    /// The shown episodes, in the order of the milestones.
    var shown: [Episode]
  }

  private let runs: [Run]
  private let request: EpisodePictureOptions
  private let pace: LearningFilm.Pace
  private let milestones: [Milestone]
  private let steps: Int
  /// What was learned, if it can be drawn.
  private let maps: (any LearnedMaps)?
  private let layout: LearningLayout

  /// The learning of a run, or of two side by side.
  package init(
    _ pictures: EpisodePictures, comparedWith other: EpisodePictures? = nil,
    pace: LearningFilm.Pace
  ) throws {
    self.pace = pace
    request = pictures.request
    let chosen = pictures.episodes.sorted { $0.firstStep < $1.firstStep }
    let milestones =
      request.filter != nil
      ? chosen.map { Milestone("Episode \(NumberText.grouped($0.number))", $0) }
      : try Milestone.all { try pictures.painters.forEachLearning($0) }
    self.milestones = milestones
    let all = [pictures] + (other.map { [$0] } ?? [])
    let names = try other.map { try pictures.names(beside: $0) } ?? [""]
    let colors = [request.theme.accent, request.theme.secondAccent]
    runs = try all.indices.map { index in
      let shown = milestones.map(\.episode)
      return Run(
        pictures: all[index], curve: try all[index].curve(),
        steps: try all[index].recording.stepCount(), name: names[index], color: colors[index],
        // Beside a milestone is the episode that the other run played at that step.
        shown: index == 0 ? shown : try all[index].painters.learning(at: shown.map(\.firstStep)))
    }
    steps = runs.map(\.steps).max() ?? 0
    maps = other == nil ? pictures.learned : nil
    layout = LearningLayout(
      width: request.size ?? LearningLayout.usualWidth,
      other == nil ? .beside(hasMap: maps != nil) : .pair(aspect: try Self.aspect(of: runs)))
  }

  /// The aspect ratio of the boards: the lowest of all.
  private static func aspect(of runs: [Run]) throws -> Double {
    try runs.map { run in
      var options = run.pictures.options
      (options.title, options.size) = ("", LearningLayout.usualWidth / 3)
      let film = try run.pictures.film(of: run.shown, options, hold: 0)
      return Double(film.width) / Double(film.height)
    }.min() ?? 1
  }

  /// The film.
  package func film() throws -> LearningFilm {
    let theme = request.theme
    let growing = try growingCurve()
    var panels: [LearningFilm.Panel] = [{ step, canvas in growing.draw(step, onto: canvas) }]
    if let maps {
      let map = try GrowingMap(
        maps, milestones.map(\.episode), in: layout.map, lastStep: steps, theme: theme)
      panels.append { step, canvas in try map.draw(step, onto: canvas) }
    }
    // Over the map's margin, which in small films is wider than its area.
    for (run, area) in zip(runs, layout.facts) {
      let facts = LearningFacts(
        run.curve, steps: run.steps, name: run.name, run.color, in: area, unit: layout.unit,
        theme: theme)
      panels.append { step, canvas in facts.draw(step, onto: canvas) }
    }
    return try LearningFilm(
      board: try board(), scenes: milestones.indices.map(scene),
      opening: runs.map { run in
        let world = request.title.isEmpty ? run.pictures.run.worldTitle : request.title
        return run.name.isEmpty
          ? .init(world, [Self.size(of: run)]) : .init(run.name, [world, Self.size(of: run)])
      },
      closing: runs.map { run in
        let mean = run.curve.average.last.map { "mean return \(NumberText.short($0)) at the end" }
        return .init(
          "The end of training",
          [run.name, Self.size(of: run), mean ?? ""].filter { !$0.isEmpty })
      },
      lastStep: steps, layout: layout, panels: panels, title: title,
      subtitle: request.caption.isEmpty
        ? "\(runs.count == 1 ? Self.size(of: runs[0]) : "One clock"), every frame as it was recorded"
        : request.caption,
      pace: pace, theme: theme)
  }

  private var title: String {
    if !request.title.isEmpty { return request.title }
    let run = runs[0].pictures.run
    return runs.count == 1
      ? run.chartTitle
      : "\(run.worldTitle): \(runs.map(\.name).joined(separator: " and "))"
  }

  /// `500 episodes, 9,484 steps`.
  private static func size(of run: Run) -> String {
    "\(NumberText.grouped(run.curve.count)) episodes, "
      + "\(NumberText.grouped(run.steps)) steps"
  }

  private func scene(_ number: Int) -> LearningFilm.Scene {
    let milestone = milestones[number]
    return .init(
      milestone.name,
      cards: runs.map { run in
        let episode = run.shown[number]
        let name = "episode \(NumberText.grouped(episode.number))"
        return .init(
          milestone.name,
          [run.name, milestone.name.lowercased() == name ? "" : name].filter { !$0.isEmpty }
            + ["after \(NumberText.grouped(episode.firstStep)) steps"])
      }, firstStep: milestone.episode.firstStep, stride: milestone.episode.stride)
  }

  private func board() throws -> any FrameSource {
    let films = try runs.map { run in
      var options = run.pictures.options
      (options.title, options.size) = ("", layout.boardSize)
      return try run.pictures.film(of: run.shown, options, hold: 0)
    }
    if films.count == 1 { return films[0] }
    let widest = films.map(\.width).max() ?? 0
    return try TiledFilm(
      films.map { .init($0) }, columns: films.count,
      gap: layout.gap(boardWidth: Double(widest)), theme: request.theme)
  }

  private func growingCurve() throws -> GrowingCurve {
    let theme = request.theme
    let lines = runs.map { run in
      GrowingCurve.Line(x: run.curve.x, y: run.curve.average, color: run.color)
    }
    var chart: Chart
    if runs.count == 1 {
      chart = runs[0].curve.chart(title: "", theme: theme)
      chart.subtitle = ""
      chart.layers.removeAll { if case .note = $0 { true } else { false } }
    } else {
      // The names beside the boards show which colour belongs to whom.
      chart = Chart(
        title: "", x: Axis("", 0...1),
        y: .covering(
          "Return, \(runs[0].curve.averageName), over steps", runs.map(\.curve.average)),
        theme: theme)
      chart.layers = lines.map { .line(x: $0.x, y: $0.y, $0.color, Stroke(width: 2.5)) }
    }
    // A low chart has no space for a second name.
    chart.x = Axis(runs.count == 1 ? "Steps" : "", 0...Double(steps))
    return try GrowingCurve(chart, lines: lines, in: layout.curve, unit: layout.unit)
  }
}

extension EpisodePictures {
  /// Maps of what was learned: of a table if every step is recorded, of a network if the world has
  /// places to evaluate it at.
  var learned: (any LearnedMaps)? {
    guard run.purpose == .train else { return nil }
    return try? tables.learnedMaps(of: recording)
  }

  /// The run's returns along its steps.
  func curve() throws -> Curve {
    let outcomes = try recording.outcomes()
    guard outcomes.count > 0 else {
      throw RunError.run("\(recording.path) has no finished episode to draw yet")
    }
    return try Curve(outcomes, by: .steps)
  }
}
