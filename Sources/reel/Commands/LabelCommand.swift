import Recordings
import Rollouts

/// Changes a recording's tags and its note, the only parts that may change.
struct LabelCommand: Command {
  static let name = "label"
  static let summary = "change the tags or the note of recordings, even while they are written"
  static let group = CommandGroup.look
  static let examples = [
    "reel label recordings/maze.sqlite --tag baseline",
    "reel label recordings/maze.sqlite --untag baseline --note 'too little exploration'",
  ]

  private let files: [String]
  private let added: [String]
  private let removed: [String]
  private let note: String?

  init(_ arguments: inout Arguments) throws {
    files = arguments.remaining("FILE", help: "recordings")
    added = try arguments.repeatedOption("--tag", value: "WORD", help: "a tag to add")
    removed = try arguments.repeatedOption(
      "--untag", value: "WORD", help: "a tag to remove")
    note = try arguments.option(
      "--note", value: "TEXT", help: "what they are about; '' removes the note")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    if files.isEmpty { throw Failure.usage("FILE is missing", "reel label FILE… --tag WORD") }
    if added.isEmpty && removed.isEmpty && note == nil {
      throw Failure.usage("say what to change: --tag, --untag or --note")
    }
    var said: [JSON] = []
    for file in files {
      let (tags, note) = try Recording.label(file, adding: added, removing: removed, note: note)
      said.append([
        "file": .string(file), "tags": .array(tags.map(JSON.string)), "note": .string(note),
      ])
      if !console.isJSON { console.print(words(file, tags, note)) }
    }
    if console.isJSON { console.print(.array(said)) }
    return .done
  }

  private func words(_ file: String, _ tags: [String], _ note: String) -> String {
    let tags = tags.isEmpty ? "no tags" : tags.joined(separator: ", ")
    return "\(file): \(tags)" + (note.isEmpty ? "" : "; \(note)")
  }
}
