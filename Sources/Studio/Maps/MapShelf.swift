import Experiments
import Platform
import Rollouts
import Worlds

/// A world whose maps can be drawn by hand.
struct MapKind: Sendable {
  let entry: WorldEntry
  let maps: MapSource
  let editing: MapEditing

  /// The world's name.
  var name: String { entry.name }
}

/// The available maps: built-in ones, those of the folder that the command line uses, and what pages save there.
struct MapShelf: Sendable {
  let catalog: Catalog
  /// The folder of maps, with a subfolder for each kind.
  let folder: String

  /// Every kind of map that can be drawn.
  var kinds: [MapKind] {
    catalog.worlds.entries.compactMap { entry in
      guard let maps = entry.maps, let editing = maps.editing else { return nil }
      return MapKind(entry: entry, maps: maps, editing: editing)
    }
  }

  /// The kind with a world's name.
  func kind(_ name: String) throws(Refusal) -> MapKind {
    guard let kind = kinds.first(where: { $0.name == name }) else {
      throw .missing("there are no maps of a world '\(name.prefix(40))'")
    }
    return kind
  }

  /// A kind as JSON: its editor, and its maps.
  func json(of kind: MapKind) -> JSON {
    let own = ownNames(of: kind)
    let others = MapFinder(kind.maps, of: kind.name).names.filter { !own.contains($0) }
    func json(_ name: String, _ isOwn: Bool) -> JSON {
      ["name": .string(name), "saved": .bool(isOwn)]
    }
    return [
      "world": .string(kind.name), "folder": .string("\(folder)/\(kind.maps.folder)"),
      "ending": .string(kind.maps.fileEnding), "has_random": .bool(kind.maps.generate != nil),
      "tools": kind.editing.tools,
      "maps": .array(own.map { json($0, true) } + others.map { json($0, false) }),
    ]
  }

  private func ownNames(of kind: MapKind) -> [String] {
    Files.visibleNames(in: "\(folder)/\(kind.maps.folder)")
      .filter { Files.ending($0) == kind.maps.fileEnding }.map(Files.stem).sorted()
  }

  /// The text of a map, and where it was found: in this folder, or where commands find it by its name alone.
  func text(of kind: MapKind, named name: String) throws -> (text: String, place: String) {
    let own = path(of: try Self.checked(name), kind)
    if Files.isFile(own) { return (try TextFile.contents(of: own), own) }
    let finder = MapFinder(kind.maps, of: kind.name)
    guard finder.names.contains(name) else {
      throw Refusal.missing("there is no map '\(name)' of \(kind.name) here")
    }
    let found = try finder.map(named: name)
    // A command also takes a bare name for a file here; a page does not.
    let tail = "/\(kind.maps.folder)/\(name).\(kind.maps.fileEnding)"
    guard found.place.hasSuffix(tail) || !Files.exists(name) else {
      throw Refusal.missing("\(found.place) is not in the folder of maps")
    }
    return found
  }

  /// Saves a draft that is a valid map; returns the file.
  func save(_ draft: MapDraft, as name: String, replacing: Bool) throws -> String {
    let path = path(of: try Self.checked(name), draft.kind)
    let report = try MapReport { try draft.kind.maps.survey(draft.text) }
    if let fault = report.faults.first {
      throw Refusal(status: 422, description: "this is not a map yet: \(fault)")
    }
    // An existing file may be a link to somewhere else.
    for place in [Files.folder(of: path), path] where Files.exists(place) {
      guard Files.resolved(place).hasPrefix(Files.resolved(folder) + "/") else {
        throw Refusal.conflict("\(path) leads out of the folder of maps")
      }
    }
    do {
      try OutputFile.write(Array(draft.text.utf8), to: path, replacing: replacing)
    } catch FileError.exists {
      throw Refusal.conflict("\(path) exists")
    }
    return path
  }

  private func path(of name: String, _ kind: MapKind) -> String {
    "\(folder)/\(kind.maps.folder)/\(name).\(kind.maps.fileEnding)"
  }

  /// Whether a name is neither a path nor an option of a command.
  static func checked(_ name: String) throws(Refusal) -> String {
    let letters = name.utf8
    func isLetter(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    guard (1...64).contains(letters.count), letters.first.map(isLetter) == true,
      letters.allSatisfy({ isLetter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
    else {
      throw .invalid(
        "a map's name has 1 to 64 letters, digits, - and _, and begins with a letter or digit")
    }
    return name
  }
}
