import Platform
package import Recordings
import Rollouts

/// The logs of one run that another program left in a folder: monitor files, event files, or both.
package struct LogFolder: Sendable {
  /// The folder of the logs.
  package let name: String
  let monitors: [String]
  let events: [String]

  /// All runs at a path: a file, or a folder and the folders below it, sorted by name.
  package static func all(at path: String) throws -> [LogFolder] {
    guard Files.exists(path) else { throw RunError.run("there is no file or folder \(path)") }
    if !Files.isFolder(path) {
      let folder = Files.folder(of: path)
      return [LogFolder(name: folder, files: [path])]
    }
    var found: [LogFolder] = []
    try collect(path, into: &found, depth: 0)
    if found.isEmpty {
      throw RunError.run("\(path) holds no monitor.csv and no TensorBoard event file")
    }
    return found
  }

  private static func collect(
    _ folder: String, into found: inout [LogFolder], depth: Int
  ) throws {
    let names = try Files.names(in: folder).sorted()
    let paths = names.map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    let logs = paths.filter { isMonitor($0) || isEventFile($0) }
    if !logs.isEmpty { found.append(LogFolder(name: folder, files: logs)) }
    // Links may lead back to a folder above.
    guard depth < 32 else { return }
    for path in paths where Files.isFolder(path) && !Files.name(of: path).hasPrefix(".") {
      try collect(path, into: &found, depth: depth + 1)
    }
  }

  private init(name: String, files: [String]) {
    self.name = name
    events = files.filter(Self.isEventFile)
    monitors = files.filter { !Self.isEventFile($0) }
  }

  private static func isMonitor(_ path: String) -> Bool {
    Files.name(of: path).hasSuffix("monitor.csv")
  }

  private static func isEventFile(_ path: String) -> Bool {
    Files.name(of: path).contains("tfevents")
  }

  /// The run that the logs describe. `warn` is called for damaged files.
  package func run(_ warn: (String) -> Void) throws -> ImportedRun {
    var run = ImportedRun(source: name)
    try addEpisodes(to: &run, warn)
    try addScalars(to: &run, warn)
    return run
  }

  private func addEpisodes(to run: inout ImportedRun, _ warn: (String) -> Void) throws {
    var entries: [MonitorFile.Entry] = []
    var start = Double.infinity
    for path in monitors {
      let file = try Self.reading(path) { try MonitorFile($0) }
      if let line = file.damage { warn("\(path) cannot be read from line \(line) on") }
      run.world = run.world ?? file.world
      start = min(start, file.start)
      entries += file.entries
    }
    // Episodes of several worlds, in the order in which they ended.
    entries = entries.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }.map(\.element)
    var steps = 0
    for entry in entries {
      steps += entry.steps
      let success = entry.others.first { $0.name == "is_success" }.map { $0.value != 0 }
      run.episodes.append(
        ImportedEpisode(
          steps: entry.steps, return: entry.return, seconds: max(0, entry.time - start),
          success: success))
      for (name, value) in entry.others {
        run.metrics.append(Metric(step: steps, name: "monitor/\(name)", value: value))
      }
    }
  }

  private func addScalars(to run: inout ImportedRun, _ warn: (String) -> Void) throws {
    var scalars: [EventFile.Scalar] = []
    for path in events {
      let file = try Self.reading(path) { try EventFile($0) }
      if let byte = file.damage { warn("\(path) cannot be read from byte \(byte) on") }
      scalars += file.scalars
    }
    // A restarted run has several files, and the newest value of a step counts.
    scalars = scalars.enumerated().sorted {
      ($0.element.step, $0.element.name, $0.element.time, $0.offset)
        < ($1.element.step, $1.element.name, $1.element.time, $1.offset)
    }.map(\.element)
    for (place, scalar) in scalars.enumerated() {
      if place + 1 < scalars.count, scalars[place + 1].step == scalar.step,
        scalars[place + 1].name == scalar.name
      {
        continue
      }
      run.metrics.append(Metric(step: scalar.step, name: scalar.name, value: scalar.value))
    }
    run.metrics.sort { ($0.step, $0.name) < ($1.step, $1.name) }
    let times = scalars.map(\.time).filter(\.isFinite)
    if let first = times.min(), let last = times.max() { run.seconds = last - first }
  }

  private static func reading<File>(
    _ path: String, _ read: ([UInt8]) throws -> File
  ) throws -> File {
    let bytes = try Files.contents(of: path, limit: 1 << 32)
    do {
      return try read(bytes)
    } catch let error as RunError {
      throw RunError.run("\(path) \(error)")
    }
  }
}
