import { MEASURES, showBars } from "./bars.js";
import { choice, make } from "./dom.js";
import { clamp } from "./numbers.js";
import { get, Latest, picture } from "./server.js";
import { theme } from "./theme.js";

/** What was known at the cursor: a map of places, and the numbers for each action. */
export class Mind {
  constructor(run) {
    Object.assign(this, { run, style: null });
    this.isMapped = ["table", "values"].includes(run.facts.mind);
    this.build();
    this.maps = new Latest({
      load: (step, signal) => picture(run.api("map", {
        step, style: this.style, theme: theme.name, size: this.size,
      }), { signal }),
      show: (step, shown) => this.paint(shown), fail: (error) => this.absent(error), kept: 24,
    });
    this.thoughts = new Latest({
      load: (key, signal) => {
        const [episode, t] = key.split(" ");
        return get(run.api("values", { episode, t }), { signal });
      },
      show: (key, thoughts) => this.describe(thoughts),
    });
  }

  build() {
    this.canvas = make("canvas", {
      role: "img", "aria-label": "What was learned", pointermove: (event) => this.read(event),
      pointerleave: () => this.unread(), click: (event) => this.chooseCell(event),
    });
    this.mark = make("div", { class: "mark", hidden: true });
    this.map = make("div", { class: "map", hidden: !this.isMapped }, this.canvas, this.mark);
    this.reading = make("p", { class: "reading" });
    this.measure = make("h3");
    this.values = make("ul", { class: "values" });
    this.source = make("p", { class: "hint" });
    const styles = this.run.facts.mind === "table" ? choice("Cells", ["arrows", "triangles"], "arrows", (value) => {
      this.style = value;
      this.forget();
      this.show();
    }) : null;
    this.card = make("section", { class: "card mind", hidden: true },
      make("div", { class: "bar" }, make("h2", {}, "What it knew"), make("span", { class: "grow" }), styles),
      this.map, this.reading, this.measure, this.values, this.source);
  }

  get size() {
    return Math.round(clamp((this.map.clientWidth || 520) * Math.min(devicePixelRatio, 2), 320, 1600) / 16) * 16;
  }

  show() {
    const { run } = this;
    this.thoughts.want(`${run.episode.episode} ${run.t}`);
    if (!this.isMapped) return;
    this.map.classList.add("pending");
    this.maps.want(run.learned);
  }

  forget() {
    this.maps.forget();
  }

  // ---- The map

  paint({ image, headers }) {
    this.card.hidden = false;
    this.map.hidden = false;
    this.canvas.width = image.width;
    this.canvas.height = image.height;
    this.canvas.getContext("2d").drawImage(image, 0, 0);
    this.board = headers.get("X-Reel-Board").split(" ").map(Number);
    this.map.classList.remove("pending");
  }

  absent(error) {
    this.map.hidden = true;
    this.reading.textContent = error.message;
  }

  /** The cell under the pointer, and its place as shares of the map's picture. */
  cell(event) {
    const box = this.canvas.getBoundingClientRect();
    const [left, top, width, height, rows, columns] = this.board ?? [];
    const column = Math.floor(((event.clientX - box.left) / box.width - left) / width * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height - top) / height * rows);
    if (!(row >= 0 && row < rows && column >= 0 && column < columns)) return null;
    return {
      row, column, left: left + column * width / columns, top: top + row * height / rows,
      width: width / columns, height: height / rows,
    };
  }

  /** Shows what was known about the cell under the pointer. */
  async read(event) {
    const cell = this.cell(event);
    if (!cell) return this.unread();
    this.mark.hidden = false;
    for (const side of ["left", "top", "width", "height"]) this.mark.style[side] = `${100 * cell[side]}%`;
    const { row, column } = cell;
    const key = `${row} ${column} ${this.run.learned}`;
    if (key === this.under) return;
    this.under = key;
    this.update = null;
    try {
      const { words, update, step } = await get(this.run.api("cell", { row, column, step: this.run.learned }));
      if (key !== this.under) return;
      this.update = step;
      this.reading.replaceChildren(words, ...(update
        ? [make("br"), update, make("span", { class: "hint" }, " – click to go there")] : []));
    } catch (error) {
      this.reading.textContent = error.message;
    }
  }

  unread() {
    this.under = null;
    this.mark.hidden = true;
    this.reading.textContent = "";
  }

  /** Goes to the last update of a cell; again goes back through all of them. */
  async chooseCell(event) {
    await this.read(event);
    if (this.update == null) return;
    await this.run.goToStep(this.update);
    await this.read(event);
  }

  // ---- The actions

  describe({ values, names, measure, source }) {
    this.card.hidden = !values.length && this.map.hidden;
    this.measure.textContent = MEASURES[measure];
    this.measure.hidden = !values.length;
    const most = Math.max(...values.filter((value) => value != null));
    showBars(this.values, { measure, numbers: values, names, best: measure === "mean" ? null : values.indexOf(most) });
    this.names = names;
    this.source.textContent = source;
    this.take(this.taken);
  }

  /** Marks the chosen action. */
  take(name) {
    this.taken = name;
    [...this.values.children].forEach((row, action) => row.classList.toggle("taken", this.names?.[action] === name));
  }
}
