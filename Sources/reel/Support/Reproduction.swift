import Recordings
import Rollouts
import Worlds

extension RunDescription {
  /// What to type to get the same run again.
  var command: String {
    if purpose == .evaluate {
      let file = parent.map { Self.quoted($0.file) } ?? "FILE"
      return "reel evaluate \(file) --seed \(seed)"
    }
    var words = ["reel train", world.name]
    let map = world.map.isEmpty ? nil : mapName
    if let map { words.append("--map \(Self.quoted(map))") }
    if preset != "default" { words.append("--preset \(preset)") }
    words.append("--seed \(seed)")
    words += changes(onMap: map).map { setting in
      let value = setting.value.text ?? setting.value.compact
      return "--set " + Self.quoted("\(setting.key)=\(value)")
    }
    return words.joined(separator: " ")
  }

  /// The settings that are not as the preset has them.
  private func changes(onMap map: String?) -> [JSON.Member] {
    guard case .object(let members) = configuration else { return [] }
    let usual = try? RunPlan(
      world: world.name, map: map.flatMap { $0 == Self.unnamed ? nil : $0 }, preset: preset,
      overrides: []
    ).configuration
    return members.filter { usual?[$0.key] != $0.value }
  }

  private static let unnamed = "MAP"

  /// The name by which commands find the run's map; a word in its place where it has none, as it
  /// stands in the recording alone.
  private var mapName: String? {
    if let kind = GridKind(rawValue: world.name) {
      let names = ClassicMaps.names(of: kind) + mapNames(in: kind.folder)
      let name = names.first { name in
        guard let map = try? gridMap(kind, named: name) else { return false }
        return GridWorld(map).description.map == world.map
      }
      return name ?? Self.unnamed
    }
    let names = mapNames(in: "cities")
    return names.first { name in
      guard let map = try? cityMap(named: name) else { return false }
      return CityWorld(map).description.map == world.map
    } ?? Self.unnamed
  }

  /// A word as a shell takes it.
  private static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || "_./=,-+".unicodeScalars.contains($0)
    }
    return plain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
