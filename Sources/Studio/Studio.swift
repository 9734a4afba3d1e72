package import Pictures
import Recordings
import Rollouts

/// The studio: pages that show and control recordings, and the answers to their requests.
package final class Studio: HTTPServer.Answering {
  private let gate: Gate
  private let library: LibraryPart
  private let runs: RunPart
  private let compare: ComparePart
  private let drive: DrivePart
  private let events: EventsPart
  /// The starter of runs; nil if this studio only shows them.
  private let training: TrainPart?
  private let write: WritePart
  private let maps: MapsPart

  /// A studio over some files and folders, behind a gate; with a starter of runs it trains as well. `maps` is the
  /// folder of maps.
  package init(
    _ library: Library, gate: Gate, starting starter: RunStarter? = nil,
    by tables: PictureTables = .builtIn, maps: String = "maps"
  ) {
    self.gate = gate
    self.library = LibraryPart(library: library, thumbnails: Thumbnails(tables))
    let open = OpenRuns(library, tables)
    runs = RunPart(runs: open)
    compare = ComparePart(runs: open)
    drive = DrivePart(library, tables)
    events = EventsPart(library: library)
    training = starter.map { TrainPart(library, $0, catalog: tables.catalog) }
    write = WritePart(library)
    self.maps = MapsPart(tables, library: library, folder: maps)
  }

  package func refusal(of head: Request) -> Response? { gate.response(to: head) }

  package func answer(_ request: Request) -> Response {
    do {
      let words = request.words[...]
      guard words.first == "api" else { return try PageFiles.answer(request) }
      return try answer(words.dropFirst(), request)
    } catch {
      let status: Int
      switch error {
      case let refusal as Refusal: status = refusal.status
      case let error as RecordingError where error.kind == .missing: status = 404
      default: status = 422
      }
      return Response(["error": .string("\(error)")], status: status)
    }
  }

  private func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    let rest = words.dropFirst()
    switch words.first {
    case "library": return try library.answer(rest, request)
    case "run": return try runs.answer(rest, request)
    case "compare": return try compare.answer(rest, request)
    case "drive": return try drive.answer(rest, request)
    case "events": return try events.answer(request)
    case "train":
      guard let training else { throw Refusal.missing("this studio starts no runs") }
      return try training.answer(rest, request)
    case "write": return try write.answer(rest, request)
    case "maps": return try maps.answer(rest, request)
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }
}
