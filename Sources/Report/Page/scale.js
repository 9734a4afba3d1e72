/** A mapping from a range of numbers to a range of pixels. */
export class Scale {
  constructor([low, high], [start, end]) {
    Object.assign(this, { low, high, start, end });
  }

  pixel(value) {
    return this.start + (value - this.low) / (this.high - this.low) * (this.end - this.start);
  }

  value(pixel) {
    return this.low + (pixel - this.start) / (this.end - this.start) * (this.high - this.low);
  }
}

/** The index of the number nearest to a value, in an ascending list. */
export function nearest(numbers, value) {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < value) low = middle + 1; else high = middle;
  }
  return low > 0 && value - numbers[low - 1] < numbers[low] - value ? low - 1 : low;
}

/** The cell under the pointer in an element with rows and columns; null outside. */
export function cellAt(event, element, { rows, columns }) {
  const box = element.getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) / box.width * columns);
  const row = Math.floor((event.clientY - box.top) / box.height * rows);
  const isInside = column >= 0 && row >= 0 && column < columns && row < rows;
  return isInside ? { row, column, place: row * columns + column } : null;
}
