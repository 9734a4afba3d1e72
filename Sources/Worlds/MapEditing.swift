package import Rollouts

/// How a world's maps are drawn by hand: what there is to draw with, and how a map's text becomes a *draft* and a draft
/// a text again.
///
/// A draft is a map as JSON, in the shapes that a page draws: its `form` is `cells` or `roads`. It may lack what a map
/// must have, as it does while somebody draws it.
package struct MapEditing: Sendable {
  /// What there is to draw with, as a page shows it; `form` says of which form the drafts are.
  package var tools: JSON
  /// An empty draft of some sides: cells, or metres.
  package var blank: @Sendable (_ width: Int, _ height: Int) throws -> JSON
  /// The draft of a map's text, even where that lacks a goal, roads or targets.
  package var read: @Sendable (_ text: String) throws -> JSON
  /// The text of a draft, in the documented format; whether it is complete is for a check to say.
  package var text: @Sendable (_ draft: JSON) throws -> String
  /// The world on a text that such a draft gave: complete enough to be drawn, perhaps not to be learned.
  package var scenery: @Sendable (_ text: String) throws -> any World
}

/// What a check says of a map: what it is, or why it cannot be read.
package struct MapReport: Sendable {
  private let finding: Result<MapFinding, MapError>

  /// The report of a survey; what is no fault of the map is thrown.
  package init(_ survey: () throws -> MapFinding) throws {
    do {
      finding = .success(try survey())
    } catch let error as MapError {
      finding = .failure(error)
    }
  }

  /// What was found, of a map that can be read.
  package var surveyed: MapFinding? { try? finding.get() }

  /// Why it cannot be read; empty where it can.
  package var faults: [MapProblem] {
    if case .failure(let error) = finding { error.problems } else { [] }
  }

  /// Whether there is nothing to stumble over.
  package var isFine: Bool { surveyed?.problems == 0 }

  /// `fine`, or how many problems there are.
  package var verdict: String {
    let count = surveyed?.problems ?? faults.count
    return count == 0 ? "fine" : count == 1 ? "1 problem" : "\(count) problems"
  }

  /// `ok`, then what was found for programs, or the problems.
  package var members: [JSON.Member] {
    let start = [JSON.Member("ok", .bool(isFine))]
    switch finding {
    case .success(let finding): return start + finding.members
    case .failure(let error): return start + [.init("problems", error.json)]
    }
  }
}
