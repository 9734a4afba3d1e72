import Rollouts

/// The arguments of a command line. The same calls first declare and then read them.
struct Arguments {
  /// An argument that a command takes.
  struct Declaration {
    var names: [String]
    /// The placeholder of its value in help; nil for a flag.
    var value: String?
    var help: String
    var isRepeated = false
    var choices: [String] = []
  }

  private(set) var positionals: [Declaration] = []
  private(set) var options: [Declaration] = []
  private let command: String
  private var isDeclaring = true
  private var words: [String] = []
  private var values: [String: [String]] = [:]
  private var nextPositional = 0

  /// Collects what a command takes by running its initializer once without values.
  init<C: Command>(declaredBy type: C.Type) {
    command = C.name
    // All values are empty, so the command may refuse them; only its declarations count.
    _ = try? C(&self)
    options.append(
      Declaration(names: ["--quiet", "-q"], value: nil, help: "print errors only"))
    options.append(Declaration(names: ["--help", "-h"], value: nil, help: "show this page"))
    isDeclaring = false
  }

  var wantsHelp: Bool { values["--help"] != nil }
  var wantsQuiet: Bool { values["--quiet"] != nil }
  var wantsJSON: Bool { values["--json"] != nil }

  /// Sorts the words into options and positionals.
  mutating func read(_ words: [String]) throws {
    var rest = words[...]
    var optionsEnded = false
    while let word = rest.popFirst() {
      if optionsEnded || !word.hasPrefix("-") || word == "-" || Double(word) != nil {
        self.words.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else {
        try readOption(word, &rest)
      }
    }
    if wantsHelp { return }
    let most = positionals.last?.isRepeated == true ? Int.max : positionals.count
    if self.words.count > most {
      throw Failure.usage(
        "unexpected argument '\(self.words[most])'", "reel \(command) --help shows what it takes")
    }
  }

  private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = word.hasPrefix("--") ? String(parts[0]) : word
    guard let option = options.first(where: { $0.names.contains(name) }) else {
      let known = options.flatMap(\.names)
      throw Failure.usage(
        "reel \(command) has no option \(name)",
        didYouMean(name, among: known), "reel \(command) --help lists them all")
    }
    let attached = name == word ? nil : String(parts[1])
    guard option.value != nil else {
      if attached != nil { throw Failure.usage("\(name) takes no value") }
      values[option.names[0], default: []].append("")
      return
    }
    guard let value = attached ?? rest.popFirst() else {
      throw Failure.usage("\(name) needs a value", "\(name) \(option.value ?? "")")
    }
    if !option.isRepeated && values[option.names[0]] != nil {
      throw Failure.usage("\(name) is given twice")
    }
    values[option.names[0], default: []].append(value)
  }
}

// MARK: Requests by commands

extension Arguments {
  /// Whether a flag is given.
  mutating func flag(_ names: String..., help: String) -> Bool {
    declareOption(Declaration(names: names, value: nil, help: help))
    return values[names[0]] != nil
  }

  /// `--json`, for every verb that prints a table.
  mutating func jsonFlag() { _ = flag("--json", help: "print JSON") }

  /// The text of an option; nil if it is not given.
  mutating func option(
    _ names: String..., value: String, choices: [String] = [], help: String
  ) throws -> String? {
    try option(
      Declaration(names: names, value: value, help: help, choices: choices)
    ).first
  }

  /// The texts of an option that may be repeated.
  mutating func repeatedOption(
    _ names: String..., value: String, help: String
  ) throws -> [String] {
    try option(Declaration(names: names, value: value, help: help, isRepeated: true))
  }

  /// The whole number of an option.
  mutating func count(
    _ names: String..., value: String = "N", in range: ClosedRange<Int>, help: String
  ) throws -> Int? {
    let declaration = Declaration(names: names, value: value, help: help)
    guard let text = try option(declaration).first else { return nil }
    guard let number = Int(typed: text), range.contains(number) else {
      let bounds =
        range.upperBound == .max
        ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw Failure.usage("\(names[0]) must be a whole number \(bounds), not '\(text)'")
    }
    return number
  }

  /// The number of an option.
  mutating func number(
    _ names: String..., value: String, in range: ClosedRange<Double>, help: String
  ) throws -> Double? {
    let declaration = Declaration(names: names, value: value, help: help)
    guard let text = try option(declaration).first else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw Failure.usage(
        "\(names[0]) must be a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return number
  }

  /// A required positional argument.
  mutating func positional(
    _ name: String, choices: [String] = [], help: String
  ) throws -> String {
    guard let word = try optionalPositional(name, choices: choices, help: help) else {
      throw Failure.usage(
        "\(name) is missing", "reel \(command) --help shows what it takes")
    }
    return word
  }

  /// An optional positional argument.
  mutating func optionalPositional(
    _ name: String, choices: [String] = [], help: String
  ) throws -> String? {
    if isDeclaring {
      positionals.append(Declaration(names: [name], value: nil, help: help, choices: choices))
      return ""
    }
    defer { nextPositional += 1 }
    guard nextPositional < words.count else { return nil }
    let word = words[nextPositional]
    try check(word, name, choices)
    return word
  }

  /// All remaining positional arguments.
  mutating func remaining(_ name: String, help: String) -> [String] {
    if isDeclaring {
      positionals.append(Declaration(names: [name], value: nil, help: help, isRepeated: true))
      return []
    }
    defer { nextPositional = words.count }
    return Array(words.dropFirst(nextPositional))
  }

  private mutating func declareOption(_ declaration: Declaration) {
    if isDeclaring { options.append(declaration) }
  }

  private mutating func option(_ declaration: Declaration) throws -> [String] {
    declareOption(declaration)
    let given = values[declaration.names[0]] ?? []
    for word in given { try check(word, declaration.names[0], declaration.choices) }
    return given
  }

  private func check(_ word: String, _ name: String, _ choices: [String]) throws {
    guard !choices.isEmpty, !choices.contains(word) else { return }
    throw Failure.usage(
      "there is no \(name.drop { $0 == "-" }.lowercased()) '\(word)'",
      didYouMean(word, among: choices, listing: 40))
  }
}
