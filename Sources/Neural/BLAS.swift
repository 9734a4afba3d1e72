internal import COpenBLAS

/// Matrix products by OpenBLAS, row-major, on one thread: parallelism lives above, where it cannot
/// change a result.
enum BLAS {
  /// Touched before every product: the first time sets the number of threads.
  private static let ready: Void = openblas_set_num_threads(1)

  /// C (M, N) = A (M, K) B (K, N), or C + that; a factor may be stored transposed.
  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ aRow: Int, transposed aTurned: Bool,
    _ b: UnsafePointer<Float>, _ bRow: Int, transposed bTurned: Bool,
    _ c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool
  ) {
    ready
    unsafe cblas_sgemm(
      CblasRowMajor, aTurned ? CblasTrans : CblasNoTrans, bTurned ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), 1, a, Int32(aRow), b, Int32(bRow), adding ? 1 : 0, c,
      Int32(cRow))
  }
}
