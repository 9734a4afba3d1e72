import Experiments
import Foundation
import Language
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts
import SQLite
import TestSupport
import Testing

/// Model folders of other tools and recordings of texts, wrong in many ways: each is refused with one
/// sentence before it takes time or memory, or works.
@Suite struct ModelFuzzTests {
  // MARK: Folders

  /// The files of a folder by name.
  private typealias Folder = [String: [UInt8]]

  /// The reference models, each with either kind of vocabulary.
  private static func folders() throws -> [Folder] {
    try ["tiny-gpt2", "tiny-distilbert"].flatMap { name in
      let path = "\(Repository.root)/Tests/Reference/\(name)"
      var folder: Folder = [:]
      for file in Files.visibleNames(in: path) {
        folder[file] = try Files.contents(of: "\(path)/\(file)", limit: 1 << 20)
      }
      var other = folder
      other["tokenizer.json"] = Array(try tokenizer(folder).compact.utf8)
      for file in ["vocab.json", "merges.txt", "vocab.txt"] { other[file] = nil }
      return [folder, other]
    }
  }

  private static func tokenizer(_ folder: Folder) throws -> JSON {
    func lines(_ name: String) -> [String] {
      String(decoding: folder[name] ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }
    guard let vocabulary = folder["vocab.json"] else {
      let members = lines("vocab.txt").enumerated().map { JSON.Member($1, .integer($0)) }
      return ["model": ["type": "WordPiece", "vocab": .object(members)]]
    }
    let merges = lines("merges.txt").filter { !$0.hasPrefix("#") }.map(JSON.string)
    return [
      "model": [
        "type": "BPE", "vocab": try JSON(parsing: String(decoding: vocabulary, as: UTF8.self)),
        "merges": .array(merges),
      ],
      "added_tokens": [["id": 0, "content": "<|endoftext|>"], ["id": 319, "content": "[new]"]],
    ]
  }

  private static let texts = [
    "", "the film is good", "don't  [MASK] 日本\u{301}\u{323} \u{0}", "<|endoftext|>a<|endoftext|>",
    String(repeating: "e", count: 3000), String(repeating: "\u{323}\u{301}", count: 3000),
  ]

  @Test func `wrong model folders`() throws {
    let folders = try Self.folders()
    try withTemporaryFolder { temporary in
      let fuzz = Fuzz(target: "model-folders", seeds: [[0]])
      try fuzz.run { mutator, _ in
        let path = "\(temporary)/model"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: true)
        try fill(path, mutator.one(of: folders), &mutator)
        let text = mutator.one(of: Self.texts)
        let folder = try ModelFolder(at: path)
        if folder.kind == "distilbert" {
          _ = try TextClassifier(folder).classify(text)
        } else {
          let generation = try TextGeneration(
            by: NamedModel(folder: path), prompt: text, tokens: 3, sampler: Sampler(), seed: 1)
          var sink = NullSink()
          _ = try generation.write(episode: 1, into: &sink) { _ in true }
        }
      }
    }
  }

  /// Writes a folder's files, some of them wrong.
  private func fill(_ path: String, _ folder: Folder, _ mutator: inout Mutator) throws {
    var folder = folder
    var others: [String: Int] = [:]
    let names = folder.keys.sorted()
    for _ in 0..<mutator.number(1..<4) {
      let name = mutator.one(of: names)
      switch mutator.number(0..<8) {
      case 0: folder[name] = nil
      case 1: others[name] = mutator.number(0..<4)
      case 2, 3: folder[name] = mutator.wrong([folder[name] ?? []])
      case 4...6: replaceNumber(&folder["config.json", default: []], &mutator)
      default:
        // The header's numbers, or those of a vocabulary.
        replaceNumber(&folder[name, default: []], &mutator, below: 4096)
      }
    }
    for (name, bytes) in folder { try Files.write(bytes, toNewFile: "\(path)/\(name)") }
    for (name, kind) in others {
      let file = "\(path)/\(name)"
      if Files.exists(file) { try Files.removeFile(file) }
      switch kind {
      case 0: _ = try Files.makeFolders(file)
      case 1: mkfifo(file, 0o600)
      case 2: symlink("/dev/zero", file)
      default: symlink(file, file)
      }
    }
  }

  private static let numbers = [
    "0", "-1", "1", "2", "7", "16", "1024", "65536", "1048576", "2147483648", "4611686018427387904",
    "9223372036854775807", "-9223372036854775808", "1e999", "1e18", "0.5", "null", "[]", "\"1\"",
  ]

  /// Replaces a number of a text.
  private func replaceNumber(
    _ bytes: inout [UInt8], _ mutator: inout Mutator, below end: Int = .max
  ) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let places = bytes.indices.prefix(end).filter {
      digits.contains(bytes[$0]) && ($0 == 0 || !digits.contains(bytes[$0 - 1]))
    }
    guard !places.isEmpty else { return }
    let place = mutator.one(of: places)
    let count = bytes[place...].prefix { digits.contains($0) }.count
    bytes.replaceSubrange(place..<place + count, with: mutator.one(of: Self.numbers).utf8)
  }

  // MARK: Recordings

  /// A small model's training, and a text that it wrote.
  private static let recordings = Result {
    try withTemporaryFolder { folder -> [[UInt8]] in
      let text = String(
        repeating: "the mouse sees the cheese, the cat sees the mouse.\n", count: 40)
      try Files.write(Array(text.utf8), toNewFile: "\(folder)/mouse.txt")
      let small = "--set layers=1 --set heads=2 --set width=8 --set context=8 --set warmup=0"
      let fast = "--set batch=2 --set evaluation_batches=2 --set snapshot_every=4"
      for line in [
        "train text --text mouse.txt --set steps=8 \(small) \(fast) -o text.sqlite",
        "train text --text mouse.txt --set steps=8 --set tokens=pairs --set pieces=260 \(small) \(fast) "
          + "-o pairs.sqlite",
        "generate text.sqlite --prompt the --tokens 12 -o written.sqlite",
      ] {
        #expect(try Program.reel(line: "\(line) --quiet", in: folder).code == 0)
      }
      return try ["text", "pairs", "written", "written"].map {
        try Files.contents(of: "\(folder)/\($0).sqlite", limit: 1 << 24)
      }
    }
  }

  @Test func `wrong text recordings`() throws {
    let recordings = try Self.recordings.get()
    try withTemporaryFolder { folder in
      try Fuzz(target: "text-recordings", seeds: [[0]]).run { mutator, _ in
        let path = "\(folder)/wrong.sqlite"
        for name in Files.visibleNames(in: folder) { try Files.removeFile("\(folder)/\(name)") }
        try Files.write(mutator.one(of: recordings), toNewFile: path)
        try spoil(path, &mutator)
        try ask(path, mutator.number(0..<5))
      }
    }
  }

  /// Uses such a recording as verbs do.
  private func ask(_ path: String, _ question: Int) throws {
    let recording = try Recording(path)
    switch question {
    case 0:
      let generation = try TextGeneration(
        by: NamedModel(recording: path, at: nil), prompt: "the", tokens: 5, sampler: Sampler(),
        seed: 1)
      var sink = NullSink()
      _ = try generation.write(episode: 1, into: &sink) { _ in true }
    case 1:
      let change = PlanChange(steps: 12)
      _ = try ResumedRun(path).run(change, goOn: { _ in false })
    case 2:
      let canvas = try Canvas(width: 320, height: 200, background: Theme.light.background)
      let maps = try AttentionMaps(of: recording)
      maps.picture(title: nil, size: 320, theme: .light).draw(onto: canvas)
      _ = maps.csv
    case 3:
      var request = EpisodePictureOptions()
      (request.filter, request.size) = (EpisodeFilter(.first), 320)
      guard var film = try TextPictures(path, request)?.film() else { return }
      let canvas = try Canvas(width: film.width, height: film.height)
      for frame in 0..<min(4, film.frameCount) { try film.draw(frame, onto: canvas) }
    default:
      _ = try recording.audit()
      _ = try Retraining(recording).firstDifference { share, _ in share < 0.5 }
    }
  }

  /// Settings that take long by design when they are large.
  private static let patient = ["batch", "accumulation", "evaluation_batches", "shards"]

  /// Makes an intact recording wrong in a few places.
  private func spoil(_ path: String, _ mutator: inout Mutator) throws {
    let database = try Database(path, .writing)
    try database.execute("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
    for _ in 0..<mutator.number(1..<4) {
      let table = mutator.one(of: ["sessions", "checkpoints", "checkpoints", "transitions"])
      let column =
        switch table {
        case "sessions": "configuration"
        case "checkpoints":
          mutator.one(of: ["training_state", "training_state", "parameters", "step"])
        default: mutator.one(of: ["state", "action", "reward", "episode"])
        }
      for row in try database.all("SELECT rowid, \(column) FROM \(table)")
      where mutator.number(0..<3) > 0 {
        let wrong: SQLiteValue
        switch row[1] {
        case .text(let text): wrong = .text(self.wrong(text, &mutator))
        case .blob(var bytes):
          if mutator.number(0..<2) == 0 {
            replaceNumber(&bytes, &mutator, below: 2048)
          } else {
            bytes = mutator.wrong([bytes])
          }
          wrong = .blob(bytes)
        default:
          wrong = mutator.one(of: [
            .integer(0), .integer(-1), .integer(7), .integer(1 << 31), .integer(.max),
            .integer(.min), .real(1e308), .real(-.infinity), .null,
          ])
        }
        // A value that the table's types refuse is skipped.
        try? database.run(
          "UPDATE OR REPLACE \(table) SET \(column) = ? WHERE rowid = ?", wrong, row[0])
      }
    }
    if mutator.number(0..<8) == 0 {
      try database.run(
        "UPDATE episodes SET steps = ?",
        mutator.one(of: [.integer(.max), .integer(-1), .integer(0)]))
    }
    try database.close()
  }

  /// A JSON text, one of whose members is replaced.
  private func wrong(_ text: String, _ mutator: inout Mutator) -> String {
    var bytes = Array(text.utf8)
    if mutator.number(0..<6) == 0 {
      return String(decoding: mutator.wrong([bytes]), as: UTF8.self)
    }
    let before = try? JSON(parsing: text)
    replaceNumber(&bytes, &mutator)
    let wrong = String(decoding: bytes, as: UTF8.self)
    let after = try? JSON(parsing: wrong)
    let isPatient = Self.patient.contains { before?[$0] != after?[$0] }
    return isPatient ? text : wrong
  }
}
