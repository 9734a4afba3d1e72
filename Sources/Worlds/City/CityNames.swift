import Rollouts

/// Invented names.
struct CityNames {
  /// The city's own.
  let city: String
  private var taken: Set<String> = []

  private static let firsts = [
    "Alder", "Amber", "Birch", "Bright", "Cold", "Corn", "Elm", "Fair", "Fen", "Gold", "Hare",
    "Hazel", "High", "Iron", "Kings", "Lark", "Lime", "Long", "Maple", "Mill", "North", "Oak",
    "Old", "Otter", "Raven", "Red", "Reed", "Rose", "Salt", "Silver", "South", "Stone", "Summer",
    "Swan", "Thorn", "Wheat", "White", "Willow", "Winter", "Wool",
  ]
  private static let places = [
    "bourne", "bridge", "bury", "dale", "field", "ford", "gate", "ham", "haven", "holm", "mere",
    "mouth", "port", "stead", "ton", "wick",
  ]

  init(_ words: inout Stream) {
    city = Self.pick(Self.firsts, &words) + Self.pick(Self.places, &words)
  }

  private static func pick(_ list: [String], _ words: inout Stream) -> String {
    list[words.index(below: list.count)]
  }

  /// A name that this city does not have yet; after many attempts, one that it has.
  private mutating func fresh(_ ends: [String], _ words: inout Stream) -> String {
    var name = ""
    for _ in 0..<20 {
      name = Self.pick(Self.firsts, &words) + Self.pick(ends, &words)
      if taken.insert(name).inserted { break }
    }
    return name
  }

  mutating func street(_ words: inout Stream) -> String {
    fresh([" Street", " Lane", " Row", "gate", " Road", " Walk"], &words)
  }

  mutating func avenue(_ words: inout Stream) -> String { fresh([" Avenue", " Way"], &words) }

  mutating func ring(_ words: inout Stream) -> String { fresh([" Ring", " Circle"], &words) }

  mutating func quay(_ words: inout Stream) -> String { fresh([" Quay", " Embankment"], &words) }

  mutating func square(_ words: inout Stream) -> String { fresh([" Circus", " Place"], &words) }

  mutating func park(_ words: inout Stream) -> String {
    fresh([" Park", " Gardens", " Green"], &words)
  }

  mutating func river(_ words: inout Stream) -> String { fresh([" Water", " Bourne"], &words) }

  mutating func district(_ words: inout Stream) -> String { fresh(Self.places, &words) }
}
