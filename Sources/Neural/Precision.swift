internal import CKernels

/// In what numbers a network's matrices are multiplied. Parameters, sums and all else are in single precision.
package enum Precision: String, Sendable, CaseIterable {
  case fp32
  /// Both factors are rounded to bfloat16, eight bits of each. Processors that multiply pairs of them do it so;
  /// the others round first, and come to the same numbers.
  case bf16

  /// How a product is taken, for the kernels.
  func product(adding: Bool = false) -> Int32 {
    Int32(adding ? REEL_ADDS : 0) | Int32(self == .bf16 ? REEL_ROUNDS : 0)
  }
}
