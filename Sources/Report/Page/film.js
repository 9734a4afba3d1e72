/** An episode as pictures of what changes from moment to moment, drawn on top of one another. */
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
    // The palette is shared by all files and has to be inserted after each header.
    const cut = (file) => [file.subarray(0, header), colors, file.subarray(header)];
    this.loaded[theme] ??= this.bytes.pictures(parts, cut)
      .then((pictures) => ({ pictures, width, height }));
    return this.loaded[theme];
  }

  /** Switches to a theme's pictures, on an empty canvas. */
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
