/** An episode as pictures of what changes from moment to moment, which lie over one another. */
export class FilmView {
  constructor(film, bytes) {
    this.film = film;
    this.bytes = bytes;
    this.loaded = {};
  }

  /** Decodes all pictures of a theme before the first is needed. */
  load(theme) {
    const { width, height, palette, header, parts } = this.film[theme];
    const colors = this.bytes.part(palette);
    // The palette, which all files share, belongs behind the header of each.
    const cut = (file) => [file.subarray(0, header), colors, file.subarray(header)];
    this.loaded[theme] ??= this.bytes.pictures(parts, cut)
      .then((pictures) => ({ pictures, width, height }));
    return this.loaded[theme];
  }

  /** Shows a theme's pictures from now on, on a canvas that shows nothing yet. */
  use({ pictures, width, height }) {
    Object.assign(this, { pictures, width, height, shown: -1 });
  }

  get glides() {
    return false;
  }

  draw(context, moment) {
    if (moment < this.shown) this.shown = -1;
    for (let index = this.shown + 1; index <= moment; index += 1) {
      const picture = this.pictures[index];
      if (picture) context.drawImage(picture.image, picture.x, picture.y);
    }
    this.shown = moment;
  }
}
