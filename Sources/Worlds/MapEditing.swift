package import Rollouts

/// How a world's maps are drawn by hand: the drawing tools, and the conversion between a map's text
/// and a *draft*.
///
/// A draft is a map as JSON, in the shapes that a page draws: its `form` is `cells` or `roads`. It
/// may lack what a map must have, since it is still being drawn.
package struct MapEditing: Sendable {
  /// The drawing tools, as a page shows them; `form` gives the form of the drafts.
  package var tools: JSON
  /// An empty draft with the given sides, in cells or metres.
  package var blank: @Sendable (_ width: Int, _ height: Int) throws -> JSON
  /// The draft for a map's text, even where that lacks a goal, roads or targets.
  package var read: @Sendable (_ text: String) throws -> JSON
  /// The text of a draft, in the documented format; a check decides whether it is complete.
  package var text: @Sendable (_ draft: JSON) throws -> String
  /// The world on a draft's text: complete enough to be drawn, perhaps not to be learned.
  package var scenery: @Sendable (_ text: String) throws -> any World
}

/// The result of a map check: a survey, or why the map cannot be read.
package struct MapReport: Sendable {
  private let finding: Result<MapFinding, MapError>

  /// The report of a survey; errors that are not faults of the map are thrown.
  package init(_ survey: () throws -> MapFinding) throws {
    do {
      finding = .success(try survey())
    } catch let error as MapError {
      finding = .failure(error)
    }
  }

  /// The survey, where the map can be read.
  package var surveyed: MapFinding? { try? finding.get() }

  /// Why it cannot be read; empty where it can.
  package var faults: [MapProblem] {
    if case .failure(let error) = finding { error.problems } else { [] }
  }

  /// Whether the map has no problems.
  package var isFine: Bool { surveyed?.problems == 0 }

  /// `fine`, or how many problems there are.
  package var verdict: String {
    let count = surveyed?.problems ?? faults.count
    return count == 0 ? "fine" : count == 1 ? "1 problem" : "\(count) problems"
  }

  /// `ok`, then the findings for programs, or the problems.
  package var members: [JSON.Member] {
    let start = [JSON.Member("ok", .bool(isFine))]
    switch finding {
    case .success(let finding): return start + finding.members
    case .failure(let error): return start + [.init("problems", error.json)]
    }
  }
}
