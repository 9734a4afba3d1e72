/** A count with about three digits. */
export function counted(count) {
  for (const [size, letter] of [[1e9, "B"], [1e6, "M"], [1e4, "K"]]) {
    if (count >= size) {
      const value = count / (letter === "K" ? 1e3 : size);
      return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${letter}`;
    }
  }
  return String(count);
}

/** A file size. */
export function bytes(count) {
  for (const [size, unit] of [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"]]) {
    if (count >= size) return `${(count / size).toFixed(count / size < 10 ? 1 : 0)} ${unit}`;
  }
  return `${count} B`;
}
