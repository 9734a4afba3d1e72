internal import CKernels

/// The precision of a network's matrix products. Parameters, sums and everything else are in single
/// precision.
package enum Precision: String, Sendable, CaseIterable {
  case fp32
  /// Both factors are rounded to bfloat16, which has eight significant bits. Processors with
  /// bfloat16 instructions use them; others round first, and get the same numbers.
  case bf16

  /// The kind of product, for the kernels.
  func product(adding: Bool = false) -> Int32 {
    Int32(adding ? REEL_ADDS : 0) | Int32(self == .bf16 ? REEL_ROUNDS : 0)
  }
}
