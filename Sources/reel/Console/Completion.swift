import Experiments
import Platform
import Recordings
import Rollouts
import Worlds

/// Completes command lines. The scripts that `reel completions` prints call `reel --complete WORD…` whenever
/// Tab is pressed; the last word is the one being typed.
struct Completion {
  /// A possible word, and its meaning.
  struct Candidate {
    var word: String
    var help = ""
  }

  /// Files that are possible too; the shell lists these.
  enum FileKind: String {
    case recordings, all, folders
  }

  private(set) var candidates: [Candidate] = []
  private(set) var files: FileKind?

  /// Completes the last of the words after `reel`.
  init(_ words: [String]) {
    let typed = words.last ?? ""
    guard let verb = words.dropLast().first else {
      offer(Reel.commands.map { Candidate(word: $0.name, help: $0.summary) })
      offer([
        Candidate(word: "help", help: "print a page of help"),
        Candidate(word: "--help", help: "print every verb"),
        Candidate(word: "--version", help: "print the version and the libraries"),
      ])
      keep(startingWith: typed)
      return
    }
    if verb == "help", words.count == 2 {
      offer(HelpTopic.all.map { Candidate(word: $0.name, help: $0.summary) })
      offer(Reel.commands.map { Candidate(word: $0.name, help: $0.summary) })
    } else if let command = Reel.commands.first(where: { $0.name == verb }) {
      let line = Line(command, Array(words.dropFirst().dropLast()))
      if let option = line.openOption {
        offerValues(of: option.names.last ?? "", option, on: line, typed)
      } else if typed.hasPrefix("--"), let equals = typed.firstIndex(of: "=") {
        let name = String(typed[..<equals])
        guard let option = line.option(name) else { return }
        offerValues(of: name, option, on: line, String(typed[equals...].dropFirst()))
        candidates = candidates.map { Candidate(word: "\(name)=\($0.word)", help: $0.help) }
      } else if typed.hasPrefix("-") {
        offer(line.unusedOptions.map { Candidate(word: $0.names.last ?? "", help: $0.help) })
      } else if let positional = line.nextPositional {
        offerValues(of: positional.names[0], positional, on: line, typed)
      }
    }
    keep(startingWith: typed)
  }

  /// The answer for a shell: lines of a word, a tab and its meaning, then `:` and a kind of files.
  var text: String {
    candidates.map { "\($0.word)\t\($0.help)\n" }.joined()
      + (files.map { ":\($0.rawValue)\n" } ?? "")
  }

  private mutating func offer(_ more: [Candidate]) { candidates += more }

  private mutating func offer(words: [String]) {
    candidates += words.map { Candidate(word: $0) }
  }

  private mutating func keep(startingWith typed: String) {
    candidates.removeAll { !$0.word.hasPrefix(typed) }
  }
}

// MARK: Values

extension Completion {
  /// Offers the values of an option or a positional. What cannot be read offers nothing, since nobody would
  /// see an error.
  private mutating func offerValues(
    of name: String, _ declaration: Arguments.Declaration, on line: Line, _ typed: String
  ) {
    if !declaration.choices.isEmpty { return offer(words: declaration.choices) }
    let catalog = Catalog.builtIn
    switch name {
    case "--preset":
      offer(
        (line.world.flatMap { try? catalog.presets(of: $0) } ?? []).map {
          Candidate(word: $0.name, help: $0.help)
        })
    case "--set": offerSettings(on: line, typed)
    case "--map":
      if let world = line.world.flatMap({ catalog.worlds[$0] }), let maps = world.maps {
        offer(words: MapFinder(maps, of: world.name).names)
      }
      files = .all
    case "--episode":
      offer(words: ["first", "last", "best", "worst", "median", "all"])
      let last = (try? line.recording?.lastEpisodes(20)) ?? []
      offer(
        last.reversed().map {
          Candidate(word: "\($0.number)", help: "\($0.steps) steps, return \($0.return)")
        })
    case "--at", "--checkpoint", "--until": offer(words: ["end", "best", "25%", "50%", "75%"])
    case "--of": offer(words: (try? line.recording?.metricNames()) ?? [])
    case "--group-by": offer(words: RunGroups.words)
    case "--model", "--scratch": files = .folders
    case "SHELL", "LINE", "TEXT": break
    case "FILE", "RECORDING", "SOURCE", "PLACE", "--resume", "--compare", "--minus", "--like":
      files = line.verb == MapCommand.name ? .all : .recordings
      if line.verb == ExplainCommand.name { offer(words: ExplainCommand.topics) }
    default:
      let names = ["FILE", "NEW", "FOLDER", "PATH", "MANIFEST", "DIR"]
      if names.contains(declaration.value ?? name) { files = .all }
    }
  }

  /// Offers `--set NAME=`, and after it the values of the setting.
  private mutating func offerSettings(on line: Line, _ typed: String) {
    guard let plan = line.plan else { return }
    for setting in plan.explained {
      let name = setting.member.key
      guard typed.hasPrefix("\(name)=") else {
        offer([Candidate(word: "\(name)=", help: setting.help)])
        continue
      }
      var values = [setting.member.value.text ?? setting.member.value.compact]
      switch setting.kind {
      case .choice(let choices): values = choices
      case .flag: values = ["true", "false"]
      default: break
      }
      offer(words: values.map { "\(name)=\($0)" })
    }
  }
}

// MARK: The line so far

extension Completion {
  /// The words after a verb, without the one being typed, sorted into its options and positionals.
  fileprivate struct Line {
    let verb: String
    private let declared: Arguments
    private var values: [String: [String]] = [:]
    private var positionals: [String] = []
    /// The option whose value is being typed.
    private(set) var openOption: Arguments.Declaration?

    init(_ type: any Command.Type, _ words: [String]) {
      self.init(of: type, words)
    }

    private init<C: Command>(of type: C.Type, _ words: [String]) {
      verb = C.name
      declared = Arguments(declaredBy: type)
      var rest = words[...]
      while let word = rest.popFirst() {
        guard word.hasPrefix("-"), word != "-" else {
          positionals.append(word)
          continue
        }
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard let name = parts.first, let option = option(name) else { continue }
        if option.value == nil || parts.count == 2 {
          values[option.names[0], default: []].append(parts.last ?? "")
        } else if let value = rest.popFirst() {
          values[option.names[0], default: []].append(value)
        } else {
          openOption = option
        }
      }
    }

    func option(_ name: String) -> Arguments.Declaration? {
      declared.options.first { $0.names.contains(name) }
    }

    var unusedOptions: [Arguments.Declaration] {
      declared.options.filter { $0.isRepeated || values[$0.names[0]] == nil }
    }

    /// The positional that comes next; the last one, if it may be repeated.
    var nextPositional: Arguments.Declaration? {
      if positionals.count < declared.positionals.count {
        return declared.positionals[positionals.count]
      }
      return declared.positionals.last.flatMap { $0.isRepeated ? $0 : nil }
    }

    /// The world on the line.
    var world: String? {
      let index = declared.positionals.firstIndex { $0.names[0] == "WORLD" }
      return index.flatMap { $0 < positionals.count ? positionals[$0] : nil }
    }

    /// The first recording on the line.
    var recording: Recording? {
      (positionals.first ?? values["--resume"]?.first).flatMap { try? Recording($0) }
    }

    /// The training that the line describes, or that of the recording that it continues.
    var plan: TrainingPlan? {
      let catalog = Catalog.builtIn
      guard let world else {
        return try? (recording?.description()).map { try catalog.plan(of: $0) }
      }
      return try? catalog.plan(
        PlanRequest(world, map: values["--map"]?.last, preset: values["--preset"]?.last))
    }
  }
}
