import Experiments
import Platform
import Recordings
import Rollouts
import Worlds

/// What may come next on a command line. The scripts that `reel completions` prints ask for it at every press
/// of Tab, by `reel --complete WORD…`, where the last word is the one being typed.
struct Completion {
  /// A word that fits, and what it means.
  struct Candidate {
    var word: String
    var help = ""
  }

  /// Files that fit beside the candidates; shells list these themselves.
  enum FileKind: String {
    case recordings, all, folders
  }

  private(set) var candidates: [Candidate] = []
  private(set) var files: FileKind?

  /// Completes the last of some words, which follow `reel`.
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

  /// Lines for a shell: a word, a tab and its meaning; `:` and a kind of files.
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
  /// Offers what an option or a positional may be. Whatever cannot be read offers nothing: a shell waits.
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

  /// `--set NAME=`, and after it the value that the setting has.
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

// MARK: The words before

extension Completion {
  /// The words of a verb up to the one being typed, sorted by what the verb declares.
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

    /// The positional that comes next; the last one, where it may be repeated.
    var nextPositional: Arguments.Declaration? {
      if positionals.count < declared.positionals.count {
        return declared.positionals[positionals.count]
      }
      return declared.positionals.last.flatMap { $0.isRepeated ? $0 : nil }
    }

    /// The world that the line names.
    var world: String? {
      let index = declared.positionals.firstIndex { $0.names[0] == "WORLD" }
      return index.flatMap { $0 < positionals.count ? positionals[$0] : nil }
    }

    /// The recording that the line names first.
    var recording: Recording? {
      (positionals.first ?? values["--resume"]?.first).flatMap { try? Recording($0) }
    }

    /// The run that the line asks for: its settings, or those of the recording that it goes on with.
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
