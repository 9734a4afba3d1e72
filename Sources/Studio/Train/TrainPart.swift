package import Experiments
import Platform
import Recordings
import Rollouts
import Synchronization

/// Starts runs as processes of their own, and knows the equivalent commands.
package struct RunStarter: Sendable {
  /// The command that runs a line of a manifest, and then those that wait.
  package var words: @Sendable (_ manifest: String, _ line: Int, _ most: Int) -> [String]
  package var command: @Sendable (ManifestTask) -> String
  /// The most runs at once.
  package var most = ThreadPool.processorCount

  /// A way to start runs.
  package init(
    words: @escaping @Sendable (_ manifest: String, _ line: Int, _ most: Int) -> [String],
    command: @escaping @Sendable (ManifestTask) -> String
  ) {
    (self.words, self.command) = (words, command)
  }
}

/// The train page's requests: `/api/train/WHAT`. Runs are lines of a manifest in the studio's first folder;
/// the studio keeps no state of its own about them.
final class TrainPart: Sendable {
  let library: Library
  let catalog: Catalog
  private let starter: RunStarter
  private let queue: RunQueue
  /// The training form, made at the first request: cities take a moment.
  private let form = Mutex<JSON?>(nil)

  init(_ library: Library, _ starter: RunStarter, catalog: Catalog) {
    (self.library, self.starter, self.catalog) = (library, starter, catalog)
    let path = "\(Files.trimmed(library.home))/studio.jsonl"
    let most = starter.most
    queue = RunQueue(Manifest(path), most: most) { starter.words(path, $0, most) }
    // Starts lines that wait because all processes of the queue were killed while no studio ran.
    _ = try? queue.advance()
  }

  var manifest: Manifest { queue.manifest }

  /// How many lines are shown: the newest.
  private static let mostLines = 200

  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    switch (request.method, words.first) {
    case ("GET", "form"): return Response(knownForm())
    case ("GET", "recorded"): return Response(try recorded(try request.text("id")))
    case ("GET", "list"): return Response(try list())
    case ("POST", "check"): return Response(try check(request.json()))
    case ("POST", "start"): return Response(try start(request.json()))
    case ("POST", "stop"):
      try queue.stop(Self.line(in: request.json()))
      return Response(["done": true])
    case ("POST", "resume"):
      try queue.start(Self.line(in: request.json()))
      return Response(["done": true])
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }

  private func knownForm() -> JSON {
    form.withLock { form in
      let made = form ?? TrainingForm(of: catalog).json
      form = made
      return made
    }
  }

  private static func line(in json: JSON) throws -> Int {
    guard let line = json["line"]?.int else { throw Refusal.invalid("line is missing") }
    return line
  }

  // MARK: Requests

  private func check(_ json: JSON) throws -> JSON {
    let tasks: [ManifestTask]
    do {
      tasks = try TrainingWish(json, in: self).tasks()
    } catch {
      // A form that is still being filled in is no failure.
      return Self.problem("\(error)")
    }
    let check = TaskCheck(tasks[0], in: manifest, catalog)
    var members = check.members
    members.append(.init("runs", .integer(tasks.count)))
    members.append(
      .init("free", Files.freeSpace(library.home).map(JSON.integer) ?? .null))
    members.append(
      .init("commands", .array(tasks.prefix(20).map { .string(command(of: $0)) })))
    return .object(members)
  }

  /// A sentence that begins with the name of its field, like those about a line's members.
  private static func problem(_ sentence: String) -> JSON {
    let first = String(sentence.prefix { $0 != " " })
    let field = ["seeds", "at", "until", "name", "text"].contains(first) ? first : ""
    return [
      "problems": [["field": .string(field), "sentence": .string(sentence)]], "commands": [],
    ]
  }

  private func start(_ json: JSON) throws -> JSON {
    let tasks = try TrainingWish(json, in: self).tasks()
    // What is refused now would otherwise fail later, unseen.
    if let problem = TaskCheck(tasks[0], in: manifest, catalog).problems.first {
      throw Refusal.invalid(problem.sentence)
    }
    let lines = try manifest.append(tasks)
    try queue.advance()
    return ["lines": .array(lines.map(JSON.integer))]
  }

  /// The command for the folder in which the studio was started.
  private func command(of task: ManifestTask) -> String {
    var task = task
    func here(_ path: String) -> String {
      let place = manifest.place(of: path)
      return place.hasPrefix("./") ? String(place.dropFirst(2)) : place
    }
    task.output = here(task.output)
    switch task.start {
    case .new: break
    case .resume(let path): task.start = .resume(here(path))
    case .fork(let path, let moment): task.start = .fork(of: here(path), at: moment)
    }
    return starter.command(task)
  }

  // MARK: Recordings and runs

  /// The form's initial values for a fork of a recording: its settings, and its length.
  private func recorded(_ id: String) throws -> JSON {
    let entry = try library.entry(id)
    let recording = try Recording(entry.path)
    let run = try recording.description()
    let plan = try catalog.plan(of: run)
    return [
      "name": .string(entry.name), "subject": .string(run.world.name),
      "trainer": .string(run.trainer), "preset": .string(run.preset),
      "steps": .integer(try recording.stepCount()),
      "settings": TrainingForm.json(of: plan),
    ]
  }

  private func list() throws -> JSON {
    // All processes of the queue may have been killed.
    try queue.advance()
    let rows = try manifest.statuses(last: Self.mostLines).reversed().map { status in
      let id = status.path.flatMap { Files.exists($0) ? Library.id(of: $0) : nil }
      return JSON.object(
        status.members + [
          .init("id", id.map(JSON.string) ?? .null),
          .init("command", status.task.map { .string(command(of: $0)) } ?? .null),
        ])
    }
    return ["rows": .array(rows), "at_once": .integer(queue.most)]
  }
}
