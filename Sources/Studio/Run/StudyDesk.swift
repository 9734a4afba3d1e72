import Experiments
import Pictures
import Raster
import Recordings
import Rollouts

/// Requests that may take seconds: explanations of steps, and moments.
final class StudyDesk {
  private let recording: Recording
  private let tables: PictureTables
  private var explained: [(step: Int, explanation: Explanation)] = []
  private var moments: (steps: Int, json: JSON)?

  /// How many explanations are kept.
  private static let mostKept = 8

  init(_ path: String, _ tables: PictureTables) throws {
    recording = try Recording(path)
    self.tables = tables
  }

  /// The explanation of a step.
  private func explanation(of step: Int) throws -> Explanation {
    if let known = explained.first(where: { $0.step == step }) { return known.explanation }
    let found = try tables.catalog.explanation(of: recording, at: step)
    if explained.count >= Self.mostKept { explained.removeFirst() }
    explained.append((step, found))
    return found
  }

  /// The explanation as text.
  func words(of step: Int) throws -> JSON {
    let found = try explanation(of: step)
    return [
      "step": .integer(step), "title": .string(found.place.title),
      "summary": .array(found.summary.map(JSON.string)),
    ]
  }

  /// The explanation as a picture.
  func figure(of step: Int, size: Int, theme: Theme) throws -> any ExplanationFigure {
    try tables.figure(of: explanation(of: step), in: recording, size: size, theme: theme)
  }

  /// The steps that are worth looking at.
  func allMoments() throws -> JSON {
    let steps = try recording.stepCount()
    if let moments, moments.steps == steps { return moments.json }
    let json = JSON.array(
      try recording.moments(in: tables.catalog).map { moment in
        [
          "kind": .string(moment.kind.rawValue), "step": .integer(moment.step),
          "episode": .integer(moment.episode), "t": .integer(moment.t),
          "sentence": .string(moment.sentence), "shown": .bool(moment.isRecorded),
        ]
      })
    moments = (steps, json)
    return json
  }
}
