internal import CKernels

/// How networks compute. Recordings store this, because another way rounds differently.
///
/// Sums have the same order at every CPU level, so all processors with fused multiply-add give the
/// same bits: x86-64-v3 and x86-64-v4, whatever the environment variables.
package enum Arithmetic {
  /// Increases when the same run gives different numbers. In version 1, whose recordings have no
  /// such entry, OpenBLAS multiplied large matrices with kernels that differed between processors.
  private static let version = 2

  /// The text that a recording stores, such as `2 fused x86-64-v3`.
  package static let current: String = {
    switch reel_level() {
    case 4: "\(version) fused x86-64-v4"
    case 3: "\(version) fused x86-64-v3"
    default: "\(version) \(isFused ? "fused" : "unfused") baseline"
    }
  }()

  /// Whether the baseline CPU has fused multiply-add: ARM does.
  private static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  /// Whether a run whose recording stores this text, or none, gives the same numbers here.
  package static func agrees(with recorded: String?) -> Bool {
    func kind(_ words: String) -> ArraySlice<Substring> { words.split(separator: " ").prefix(2) }
    return recorded.map { kind($0) == kind(current) } ?? false
  }
}
