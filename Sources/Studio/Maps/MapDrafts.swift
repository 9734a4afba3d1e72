import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import Synchronization
import Worlds

/// A map while it is drawn: its text, and its world if the text can be read.
struct MapDraft: Sendable {
  let kind: MapKind
  let text: String
  let scenery: any World
}

/// The latest drafts that pages sent, by keys, so that later requests about them need not send them again.
final class MapDrafts: Sendable {
  private let tables: PictureTables
  private let kept = Mutex<(next: Int, drafts: [Int: MapDraft])>((0, [:]))

  /// How many are kept: a page asks only about its newest.
  private static let most = 12

  init(_ tables: PictureTables) { self.tables = tables }

  /// Keeps a draft; returns its key.
  func keep(_ draft: JSON, _ kind: MapKind) throws -> Int {
    let text = try kind.editing.text(draft)
    let made = MapDraft(kind: kind, text: text, scenery: try kind.editing.scenery(text))
    return kept.withLock { kept in
      kept.drafts[kept.next] = made
      kept.drafts[kept.next - Self.most] = nil
      kept.next += 1
      return kept.next - 1
    }
  }

  /// The draft with a key.
  func draft(_ key: Int) throws(Refusal) -> MapDraft {
    guard let draft = kept.withLock({ $0.drafts[key] }) else {
      throw .missing("this draft is no longer kept")
    }
    return draft
  }

  /// The result of `reel map check`.
  func report(of draft: MapDraft) throws -> JSON {
    let report = try MapReport { try tables.catalog.surveyMap(draft.text) }
    let lines = report.surveyed?.lines ?? []
    return [
      "ok": .bool(report.isFine), "verdict": .string(report.verdict),
      "lines": .array(lines.map { ["label": .string($0.label), "text": .string($0.text)] }),
      "faults": .array(report.faults.map { .string($0.description) }),
      "check": .object(report.members),
    ]
  }

  /// A picture of the world at its start, and the map's place on it.
  func picture(of draft: MapDraft, _ options: PictureOptions) throws -> (Canvas, board: Rect) {
    let world = draft.scenery
    let start = OnlyStart(world)
    let run = RunDescription(
      world: world.description, trainer: "", seed: 1, configuration: .object([]))
    var film = try tables.painters.entry(for: world).film(
      of: world, FilmRequest([start.episode], of: run, from: start, options: options))
    let canvas = try Canvas(width: film.width, height: film.height)
    try film.draw(0, onto: canvas)
    let whole = Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    return (canvas, (film as? any BoardShowing)?.board ?? whole)
  }
}

/// An episode of which only the first frame is used.
private struct OnlyStart: EpisodeSource {
  let episode = Episode(
    number: 1, seed: 1, firstStep: 0, stride: 1, steps: 1, return: 0, ending: .running)
  private let transition: Transition

  init(_ world: any World) {
    let state = Self.start(of: world)
    transition = Transition(
      episode: 1, state: state, action: .index(0), reward: 0, next: state, ending: .running)
  }

  private static func start(of world: some World) -> Value {
    world.start(Generator(seed: 1).draws(for: .start, episode: 1, t: 0)).recorded
  }

  func forEachEpisodes(_ body: ([Episode]) throws -> Void) rethrows { try body([episode]) }

  func transitions(of episode: Episode) -> () throws -> Transition? {
    var rest = [transition]
    return { rest.popLast() }
  }
}
