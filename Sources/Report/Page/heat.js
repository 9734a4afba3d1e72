import { clamp } from "./numbers.js";

/** The kinds of cells, by number. */
const WALL = 1;
/** A value in one byte: the greatest, and the one for unknown. */
const GREATEST_BYTE = 254;
const UNKNOWN_BYTE = 255;

/** Heat maps over training, assembled from painted parts: tiles, colours, arrows. */
export class HeatMap {
  constructor(data, bytes) {
    Object.assign(this, data);
    this.bytes = bytes;
    this.kinds = bytes.part(data.kinds);
    this.learned = bytes.integers(data.learned);
    this.values = data.values.map((place) => data.exact ? bytes.floats(place) : bytes.part(place));
    this.greedy = data.greedy.map((place) => bytes.part(place));
    this.last = data.last?.map((place) => bytes.integers(place));
    this.updates = data.updates && {
      ...read(data.updates, ["steps", "episodes", "actions", "next"], (place) => bytes.integers(place)),
      ...read(data.updates, ["rewards", "before", "after"], (place) => bytes.floats(place)),
    };
    // The lines before the first column and above the first row are skipped.
    this.width = data.columns * data.side - data.line;
    this.height = data.rows * data.side - data.line;
    this.index = new Map([...this.learned].map((place, index) => [place, index]));
    this.sprites = null;
    this.loaded = {};
  }

  /** The pictures of a theme. */
  load(theme) {
    this.sprites ??= this.loadSprites();
    const { tiles, colors, inks, unknownInk } = this[theme];
    const picture = (place) => this.bytes.picture(this.bytes.part(place));
    this.loaded[theme] ??= Promise.all([picture(tiles), picture(colors), this.sprites])
      .then((painted) =>
        ({ tiles: painted[0], colors: painted[1], sprites: painted[2], inks, unknownInk }));
    return this.loaded[theme];
  }

  /** Switches to a theme's pictures. */
  use(painted) {
    this.painted = painted;
  }

  /** Arrows by greedy actions and ink, and start marks by ink. */
  async loadSprites() {
    const arrows = {};
    for (const [greedy, sprites] of Object.entries(this.arrows)) {
      arrows[greedy] = await this.bytes.pictures(sprites);
    }
    return { arrows, starts: await this.bytes.pictures(this.starts) };
  }

  /** The values of a place at a moment; null if there are none. */
  cell(place, moment) {
    const index = this.index.get(place);
    const stored = index === undefined ? NaN : this.values[moment][index];
    if (this.exact ? Number.isNaN(stored) : index === undefined || stored === UNKNOWN_BYTE) return null;
    const range = this.high - this.low;
    const share = this.exact ? (stored - this.low) / (range || 1) : stored / GREATEST_BYTE;
    const count = this.painted.inks.length;
    const color = clamp(Math.floor(share * count), 0, count - 1);
    return {
      value: this.exact ? stored : this.low + range * share, greedy: this.greedy[moment][index],
      color, ink: this.painted.inks[color],
    };
  }

  /** The last update of a place up to a moment; null if there is none, or it is unknown. */
  update(place, moment) {
    const index = this.last?.[moment][this.index.get(place)] ?? -1;
    if (index < 0) return null;
    const one = (name) => this.updates[name][index];
    return {
      step: one("steps"), episode: one("episodes"), action: one("actions"), reward: one("rewards"),
      next: one("next"), before: one("before"), after: one("after"),
    };
  }

  isWall(place) {
    return this.kinds[place] === WALL;
  }

  draw(context, moment) {
    const { tiles, colors, sprites, unknownInk } = this.painted;
    const { side, line } = this;
    // A colour is a single pixel, and its neighbours must not bleed into it.
    context.imageSmoothingEnabled = false;
    this.kinds.forEach((kind, place) => {
      const [x, y] = [place % this.columns * side - line, Math.floor(place / this.columns) * side - line];
      const cell = this.cell(place, moment);
      context.drawImage(tiles, kind * side, 0, side, side, x, y, side, side);
      if (cell) {
        context.drawImage(colors, cell.color, 0, 1, 1, x + line, y + line, side - line, side - line);
        mark(context, sprites.arrows[cell.greedy], cell.ink, x, y);
      }
      if (place === this.start) mark(context, sprites.starts, cell ? cell.ink : unknownInk, x, y);
    });
  }
}

/** Some of an object's values, each decoded. */
function read(values, names, how) {
  return Object.fromEntries(names.map((name) => [name, how(values[name])]));
}

/** Places the sprite of an ink, if there is one. */
function mark(context, sprites, ink, x, y) {
  if (sprites?.length) context.drawImage(sprites[ink].image, x, y);
}
