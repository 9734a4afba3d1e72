import Neural
import Platform
import Rollouts

/// How many rows a process has taken through its networks: forward only, and forward and backward
/// for learning.
package struct RowCount: Sendable, Equatable, BitwiseCopyable {
  package var forward = 0
  package var backward = 0
}

/// The pairs of a binary tree over numbered pieces, level by level: 0 and 1, 2 and 3 …, then 0 and
/// 2 …. Sums along it have the same bits whether one process adds or several processes each add a
/// part of the tree.
package func forEachPair(of count: Int, _ add: (_ into: Int, _ from: Int) -> Void) {
  var distance = 1
  while distance < count {
    for into in stride(from: 0, to: count - distance, by: 2 * distance) {
      add(into, into + distance)
    }
    distance *= 2
  }
}

extension Range<Int> {
  /// One of several parts, as equal as possible.
  func part(_ index: Int, of parts: Int) -> Range<Int> {
    lowerBound + count * index / parts..<lowerBound + count * (index + 1) / parts
  }
}

extension Ranks {
  /// Throws for settings whose work this number of processes cannot share evenly.
  func check(shards: Int, worlds: Int? = nil) throws(SettingError) {
    guard count.nonzeroBitCount == 1 else {
      throw SettingError(
        "gradients of \(count) processes cannot be added up in pairs: start a power of two of them")
    }
    let enough = max(8, count)
    guard shards.nonzeroBitCount == 1, shards % count == 0 else {
      throw SettingError(
        "\(count) processes cannot share shards=\(shards) evenly, in pairs: set shards=\(enough)"
          + (enough == 8 ? ", as the presets named cluster do" : ""))
    }
    guard let worlds, worlds % count != 0 else { return }
    throw SettingError(
      "\(count) processes cannot share worlds=\(worlds) evenly: set worlds to a multiple of \(count), "
        + "such as \((worlds / count + 1) * count)")
  }
}

extension Ranks? {
  /// Checks that all processes have learned the same.
  func compare(_ parameters: Parameters, step: Int) throws(TrainingError) {
    guard self != nil else { return }
    var hash = SHA256()
    parameters.values.withUnsafeBytes { hash.update($0) }
    guard let other = firstToDiffer(in: hash.finished()) else { return }
    throw TrainingError(
      "training stopped at step \(step): process \(other) has different parameters from process 0, so one of "
        + "their machines computes differently; the recording is good up to the previous checkpoint"
    )
  }
}
