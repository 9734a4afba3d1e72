import Glibc
import Recordings
import Rollouts

/// The episodes that `--episode` names.
func episodeSelection(_ text: String) throws -> EpisodeSelection {
  guard let selection = EpisodeSelection(text) else {
    throw Failure.usage(
      "--episode takes first, last, best, worst, median, all, N or A-B, comma-separated, "
        + "not '\(text)'")
  }
  return selection
}

/// The step that `--at` or a like option names: a number of steps, a share of all, or the end.
func step(
  at text: String?, of recording: Recording, option: String = "--at"
) throws -> Int {
  let steps = try recording.stepCount()
  guard let text, text != "end", text != "last" else { return steps }
  if text.hasSuffix("%"), let share = Double(text.dropLast()), (0...100).contains(share) {
    return Int((Double(steps) * share / 100).rounded())
  }
  guard let step = Int(text), step >= 0 else {
    throw Failure.usage("\(option) takes a step, N%, end or last, not '\(text)'")
  }
  guard step <= steps else {
    throw Failure.usage("\(recording.path) has \(steps) steps, so \(option) cannot be \(step)")
  }
  return step
}

/// The newest recording in recordings/ that fits, if there is one.
func newestRecording(where fits: (RunDescription) -> Bool) -> String? {
  visibleNames(in: "recordings").filter { ending($0) == "sqlite" }.map { "recordings/\($0)" }
    .sorted { modificationTime($0) > modificationTime($1) }
    .first { path in
      guard let run = try? Recording(path).description() else { return false }
      return fits(run)
    }
}

private func modificationTime(_ path: String) -> Double {
  var status = stat()
  guard stat(path, &status) == 0 else { return 0 }
  return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
}

/// A recorded state's coordinates as people type them, or its number.
func coordinates(_ text: String, in layout: StateLayout?, states: Int) throws -> Int {
  let numbers = text.split(separator: ",").map { Int($0.filter { $0 != " " }) }
  let words = layout?.names.joined(separator: ",") ?? "state"
  guard !numbers.isEmpty, numbers.allSatisfy({ $0 != nil }) else {
    throw Failure.usage("--state takes \(words), such as 2,1, not '\(text)'")
  }
  let values = numbers.compactMap(\.self)
  if values.count == 1, (0..<states).contains(values[0]) { return values[0] }
  guard let state = layout?.state(at: values), (0..<states).contains(state) else {
    let size = layout.map { "\($0.rows)×\($0.columns)" } ?? "\(states) states"
    throw Failure.usage("there is no state \(text) among \(size)", "--state takes \(words)")
  }
  return state
}

extension Recording {
  /// An episode's transitions one after the other, read a page at a time: memory does not grow with
  /// the episode.
  func reader(of episode: Episode) -> () throws -> Transition? {
    let page = 2048
    var first = episode.firstStep
    var steps: ArraySlice<RecordedStep> = []
    return {
      while steps.isEmpty && first <= episode.lastStep && episode.steps > 0 {
        let range = first..<min(first + page * episode.stride, episode.lastStep + 1)
        steps = try self.steps(in: range).filter { $0.episode == episode.number }[...]
        first = range.upperBound
      }
      return steps.popFirst()?.transition
    }
  }
}
