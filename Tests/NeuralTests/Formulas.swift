import Glibc

/// tanh, in double precision.
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

/// The normal distribution function at x, in double precision.
func standardNormal(_ x: Double) -> Double {
  x == .infinity ? 1 : 0.5 * erfc(-x * 0.5.squareRoot())
}
