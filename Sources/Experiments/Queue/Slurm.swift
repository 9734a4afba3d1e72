import Platform

/// Queries to the Slurm cluster that this machine belongs to.
package enum Slurm {
  /// The largest array that is allowed here; nil if Slurm does not say.
  package static func mostTasks(asking folder: String) -> Int? {
    guard let answer = try? ask(["scontrol", "show", "config"], in: folder) else { return nil }
    let line = answer.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
    return line?.split(separator: "=").last.flatMap { Int($0.filter { $0 != " " }) }
  }

  /// Submits a script; returns the job's number.
  package static func submit(_ script: String) throws -> String {
    let answer = try ask(["sbatch", "--parsable", script], in: Files.folder(of: script))
    // If there are several clusters, the cluster's name follows after a semicolon.
    return answer.split(separator: "\n").last.map(String.init) ?? answer
  }

  /// The output of a Slurm program, which is written to a file in a folder.
  private static func ask(_ words: [String], in folder: String) throws -> String {
    let path = "\(folder)/.slurm-answer"
    let file = try HeldFile.writing(path)
    defer { try? Files.removeFile(path) }
    try file.empty()
    let ending: BackgroundProcess.Ending
    do {
      ending = try BackgroundProcess.run(words, output: file) { true }
    } catch {
      throw RunError.run("\(words[0]) cannot be started: is Slurm installed here?")
    }
    let answer = String(decoding: try Files.contents(of: path, limit: 1 << 20), as: UTF8.self)
    guard ending == .exited(0) else {
      let why = answer.split(separator: "\n").joined(separator: "; ")
      throw RunError.run("\(words[0]) refused: \(why)")
    }
    return answer
  }
}
