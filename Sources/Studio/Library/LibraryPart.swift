import Experiments
import Recordings
import Rollouts

/// The library page's requests.
struct LibraryPart: Sendable {
  let library: Library
  let thumbnails: Thumbnails

  /// `GET /api/library?from=0&count=50`: rows, the newest first. `thumb` and `spark`: small pictures
  /// of a run. `POST /api/library/label`: tags and a note.
  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    switch (request.method, words.first) {
    case ("GET", nil): return Response(try rows(request))
    case ("GET", "thumb"):
      let entry = try library.entry(request.text("id"))
      let theme = try request.cardTheme()
      return try .pictureOrAbsent {
        Response(try thumbnails.lastFrame(of: entry, theme), type: "image/png")
      }
    case ("GET", "spark"):
      let entry = try library.entry(request.text("id"))
      return Response(try thumbnails.curve(of: entry, request.cardTheme()), type: "image/svg+xml")
    case ("POST", "label"): return Response(try label(request.json()))
    default: throw Refusal.missing("the library has no \(words.joined(separator: "/"))")
    }
  }

  private func rows(_ request: Request) throws -> JSON {
    let (all, version) = library.entries()
    let from = try request.number("from", in: 0...1_000_000, usual: 0)
    let count = try request.number("count", in: 1...100_000, usual: 100_000)
    return [
      "version": .integer(version), "count": .integer(all.count),
      "rows": .array(all.dropFirst(from).prefix(count).map(row)),
    ]
  }

  private func row(_ entry: Library.Entry) -> JSON {
    let start: [JSON.Member] = [
      .init("id", .string(entry.id)), .init("name", .string(entry.name)),
      .init("changed", .number(entry.stamp.changed)),
    ]
    switch library.row(of: entry) {
    case .run(let summary): return .object(start + summary.members)
    case .failure(let sentence):
      return .object(
        start + [
          .init("file", .string(entry.path)), .init("failure", .string(sentence)),
        ])
    }
  }

  private func label(_ wanted: JSON) throws -> JSON {
    let entry = try library.entry(wanted["id"]?.text ?? "")
    guard case .array(let tags)? = wanted["tags"], let note = wanted["note"]?.text else {
      throw Refusal.invalid("a label has tags and a note")
    }
    let words = tags.compactMap(\.text)
    guard words.count == tags.count, words.count <= 100,
      (words + [note]).allSatisfy({ $0.utf8.count <= 10_000 })
    else { throw Refusal.invalid("a tag must be a word, and this tag or note is too long") }
    let known = try Recording(entry.path).description().tags
    let label = try Recording.label(
      entry.path, adding: words.filter { !known.contains($0) },
      removing: known.filter { !words.contains($0) }, note: note)
    return ["tags": .array(label.tags.map(JSON.string)), "note": .string(label.note)]
  }
}
