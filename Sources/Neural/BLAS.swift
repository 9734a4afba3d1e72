internal import COpenBLAS

/// Matrix products by OpenBLAS, row-major, on one thread: parallelism lives above, where it cannot
/// change a result.
enum BLAS {
  /// Loaded before the first product.
  private static let sgemm = unsafe reel_load_sgemm()

  /// C (M, N) = A (M, K) B (K, N), or C + that; a factor may be stored transposed.
  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, transposed aTurned: Bool,
    _ b: UnsafePointer<Float>, _ bRow: Int, transposed bTurned: Bool,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool
  ) {
    unsafe sgemm(
      Int32(reel_row_major), form(aTurned), form(bTurned), Int32(m), Int32(n), Int32(k), 1, a,
      Int32(aRow), b, Int32(bRow), adding ? 1 : 0, c, Int32(cRow))
  }

  private static func form(_ isTransposed: Bool) -> Int32 {
    Int32(isTransposed ? reel_transposed : reel_as_it_stands)
  }
}
