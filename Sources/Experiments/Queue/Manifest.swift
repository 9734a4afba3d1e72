import Platform
import Rollouts

/// A file of requested runs, one JSON object per line. Lines are numbered from 1 and only ever appended, so
/// a line keeps its number; paths in it are relative to the manifest's folder.
///
/// ```
/// {"subject":"maze","seed":1,"settings":{"alpha":0.2},"output":"maze-s1.sqlite"}
/// {"resume":"maze-s1.sqlite","until":20000}
/// {"fork":"maze-s1.sqlite","at":"50%","settings":{"epsilon":0.05},"output":"other.sqlite"}
/// ```
package struct Manifest: Sendable {
  package let path: String

  /// A manifest, which need not exist yet.
  package init(_ path: String) { self.path = path }

  /// A line that is not empty: the run it asks for, or what is wrong with it.
  package struct Line: Sendable {
    package var number: Int
    package var task: Result<ManifestTask, RunError>
  }

  /// All lines; none if there is no file.
  package func lines() throws -> [Line] {
    guard let held = try HeldFile.reading(path) else { return [] }
    return try lines(of: held)
  }

  /// The lines of the locked file.
  func lines(of held: borrowing HeldFile) throws -> [Line] {
    let parts = try parts()
    return parts.indices.compactMap { line($0, of: parts) }
  }

  private func parts() throws -> [ArraySlice<UInt8>] {
    try Files.contents(of: path, limit: 1 << 28)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  private func line(_ index: Int, of parts: [ArraySlice<UInt8>]) -> Line? {
    let text = String(decoding: parts[index], as: UTF8.self)
    guard text.contains(where: { !$0.isWhitespace }) else { return nil }
    return Line(
      number: index + 1, task: task(text, index + 1, isCut: index == parts.count - 1))
  }

  private func task(
    _ text: String, _ number: Int, isCut: Bool
  ) -> Result<ManifestTask, RunError> {
    do {
      return .success(try ManifestTask(json: JSON(parsing: text)))
    } catch let error as RunError {
      return .failure(.request("line \(number) of \(path): \(error)", error.remedy))
    } catch {
      // The next line is appended after it.
      return .failure(
        .request(
          isCut
            ? "line \(number) of \(path) was cut off when its writer died"
            : "line \(number) of \(path) is \(error)"))
    }
  }

  /// What a line asks for.
  package func task(at number: Int) throws -> ManifestTask {
    guard let held = try HeldFile.reading(path) else {
      throw RunError.run("there is no file \(path)")
    }
    let parts = try parts()
    held.release()
    // The other lines are not parsed: there may be thousands.
    guard parts.indices.contains(number - 1), let line = line(number - 1, of: parts) else {
      throw RunError.request("\(path) has no line \(number)")
    }
    return try line.task.get()
  }

  /// The file that a path in a line means.
  package func place(of path: String) -> String {
    let folder = Files.folder(of: self.path)
    return path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
  }

  /// Appends lines, all or none, even if other processes append too; returns their numbers. A new run never
  /// takes the file of another.
  package func append(_ tasks: [ManifestTask]) throws -> ClosedRange<Int> {
    precondition(!tasks.isEmpty, "there is something to add")
    _ = try Files.makeFolders(Files.folder(of: path))
    let held = try HeldFile.writing(path)
    var taken = Set(try lines(of: held).compactMap { try? $0.task.get().ownOutput })
    for output in tasks.compactMap(\.ownOutput) {
      guard taken.insert(output).inserted, !Files.isTaken(place(of: output)) else {
        throw RunError.request("\(output) is taken: name another file")
      }
    }
    let text = String(decoding: try Files.contents(of: path, limit: 1 << 28), as: UTF8.self)
    var lines = tasks.map(\.json.compact).joined(separator: "\n") + "\n"
    if !text.isEmpty, !text.hasSuffix("\n") { lines = "\n" + lines }
    let before = text.count { $0 == "\n" } + (lines.hasPrefix("\n") ? 1 : 0)
    try held.append(Array(lines.utf8))
    return before + 1...before + tasks.count
  }

  /// A name for a new recording that no line and no file uses: `maze-s1.sqlite`, or `maze-s1-2.sqlite`.
  package func freeOutput(_ stem: String) throws -> String {
    let taken = Set(try lines().compactMap { try? $0.task.get().ownOutput })
    for number in 1... {
      let name = number == 1 ? "\(stem).sqlite" : "\(stem)-\(number).sqlite"
      if !taken.contains(name), !Files.isTaken(place(of: name)) { return name }
    }
    preconditionFailure("numbers never end")
  }
}

extension ManifestTask {
  /// The file that the run makes; nil if it continues one.
  fileprivate var ownOutput: String? {
    if case .resume = start { nil } else { output }
  }
}
