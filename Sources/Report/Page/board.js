/** A board of cells and the sprites on it. */
export class Board {
  constructor(data, bytes) {
    Object.assign(this, data);
    this.bytes = bytes;
    this.painted = {};
  }

  /** The pictures of a theme. */
  load(theme) {
    this.painted[theme] ??= Promise.all([
      this.bytes.picture(this.bytes.part(this[theme].ground)),
      this.bytes.pictures(this[theme].sprites),
    ]).then(([ground, sprites]) => ({ ground, sprites }));
    return this.painted[theme];
  }

  /** The upper left corner of a cell. */
  corner(cell) {
    const edge = (index) => this.rim + Math.round(index * this.side);
    return { x: edge(cell % this.columns), y: edge(Math.floor(cell / this.columns)) };
  }
}

/** An episode on a board: sprites at every moment, and the agent's trail. */
export class BoardView {
  constructor(board, overlay, bytes) {
    this.board = board;
    for (const name of ["counts", "sprites", "walking", "trailSprites", "trailYoungest"]) {
      this[name] = bytes.part(overlay[name]);
    }
    for (const name of ["cells", "trailCells", "trailCounts"]) {
      this[name] = bytes.integers(overlay[name]);
    }
    this.starts = [0];
    for (const count of this.counts) this.starts.push(this.starts[this.starts.length - 1] + count);
  }

  get width() {
    return this.board.width;
  }

  get height() {
    return this.board.height;
  }

  load(theme) {
    return this.board.load(theme);
  }

  /** Switches to a theme's pictures. */
  use(painted) {
    this.painted = painted;
  }

  /** Whether there are pictures between moments. */
  get glides() {
    return this.walking.length > 0;
  }

  /** Places the sprites of a moment, or of a point on the way to the next one. */
  draw(context, moment, share) {
    context.drawImage(this.painted.ground, 0, 0);
    this.drawTrail(context, moment);
    const last = this.starts[moment + 1] - 1;
    for (let index = this.starts[moment]; index < last; index += 1) {
      this.place(context, this.sprites[index], this.board.corner(this.cells[index]));
    }
    const here = this.board.corner(this.cells[last]);
    if (share === 0) {
      this.place(context, this.sprites[last], here);
      return;
    }
    const next = this.board.corner(this.cells[this.starts[moment + 2] - 1]);
    const between = (from, to) => Math.round(from + (to - from) * share);
    this.place(context, this.walking[moment + 1],
      { x: between(here.x, next.x), y: between(here.y, next.y) });
  }

  /** The oldest piece first, because newer ones are on top. */
  drawTrail(context, moment) {
    const count = this.trailCounts[moment];
    const shades = this.board.trailShades;
    const oldest = Math.min(count, shades.length) - 1;
    for (let age = oldest; age >= this.trailYoungest[moment]; age -= 1) {
      const piece = count - 1 - age;
      this.place(context, this.trailSprites[piece] + shades[age],
        this.board.corner(this.trailCells[piece]));
    }
  }

  place(context, number, corner) {
    const sprite = this.painted.sprites[number];
    context.drawImage(sprite.image, corner.x + sprite.x, corner.y + sprite.y);
  }
}
