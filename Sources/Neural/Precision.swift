internal import CKernels

/// In what numbers a network's matrices are multiplied. Parameters, sums and all else are in single precision.
package enum Precision: String, Sendable, CaseIterable {
  case fp32
  /// Both factors are rounded to bfloat16, eight bits of each: twice as fast where a processor multiplies pairs of
  /// them, and no slower where none does. All come to the same numbers.
  case bf16

  /// How a product is taken, for the kernels.
  func product(adding: Bool = false) -> Int32 {
    Int32(adding ? REEL_ADDS : 0) | Int32(self == .bf16 ? REEL_ROUNDS : 0)
  }
}
