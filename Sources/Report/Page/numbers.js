const minus = (text) => text.replace("-", "−");

/** A number with about three digits. */
export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const decimals = size >= 1000 ? 0 : size >= 10 ? 1 : 2;
  return minus(size >= 0.01 ? value.toFixed(decimals) : value.toPrecision(2));
}

export function fixed(value, decimals) {
  return minus(value.toFixed(decimals));
}

/** The number of decimals that distinguishes numbers up to a size. */
export function decimals(greatest) {
  return greatest >= 99.95 ? 1 : greatest >= 0.0995 ? 2 : 4;
}

export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
