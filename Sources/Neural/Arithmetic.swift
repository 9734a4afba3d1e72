internal import CKernels

/// How networks compute: recordings keep it, because another way rounds otherwise.
///
/// Sums run in one order at every level, so all processors that fuse a multiplication with an addition give the
/// same bits: x86-64-v3 and x86-64-v4, whatever the environment says.
package enum Arithmetic {
  /// Counted up when the same run comes to other numbers. In 1, which kept no such word, OpenBLAS multiplied large
  /// matrices, by kernels that differed from one processor to the next.
  private static let version = 2

  /// The words that a recording keeps, such as `2 fused x86-64-v3`.
  package static let current: String = {
    switch reel_level() {
    case 4: "\(version) fused x86-64-v4"
    case 3: "\(version) fused x86-64-v3"
    default: "\(version) \(isFused ? "fused" : "unfused") baseline"
    }
  }()

  /// Whether the baseline fuses: ARM does.
  private static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  /// Whether a run whose recording keeps these words, or none, comes to the same numbers here.
  package static func agrees(with recorded: String?) -> Bool {
    func kind(_ words: String) -> ArraySlice<Substring> { words.split(separator: " ").prefix(2) }
    return recorded.map { kind($0) == kind(current) } ?? false
  }
}
