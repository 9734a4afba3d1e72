const PNG = { type: "image/png" };
/** The position of a picture, right and down, and its size: one record. */
const BOX_NUMBERS = 3;

/** Numbers and pictures that a page holds as base64 text, found by [start, count]. */
export class Bytes {
  constructor(letters) {
    const text = atob(letters);
    this.all = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index += 1) this.all[index] = text.charCodeAt(index);
  }

  part([start, count]) {
    return this.all.subarray(start, start + count);
  }

  floats(place) {
    return new Float32Array(this.part(place).slice().buffer);
  }

  integers(place) {
    return new Int32Array(this.part(place).slice().buffer);
  }

  /** A picture from the pieces of its file. */
  picture(...pieces) {
    return createImageBitmap(new Blob(pieces, PNG));
  }

  /** Pictures with their positions, or null; `cut` splits a file into pieces. */
  pictures({ boxes, files }, cut = (file) => [file]) {
    const numbers = this.integers(boxes);
    const all = this.part(files);
    const found = [];
    let start = 0;
    for (let index = 0; index < numbers.length; index += BOX_NUMBERS) {
      const [x, y, size] = numbers.subarray(index, index + BOX_NUMBERS);
      const file = all.subarray(start, start + size);
      start += size;
      found.push(size ? this.picture(...cut(file)).then((image) => ({ image, x, y })) : null);
    }
    return Promise.all(found);
  }
}
