import { HeatMap } from "./heat.js";
import { fixed, short } from "./numbers.js";
import { cellAt, nearest } from "./scale.js";
import { theme } from "./theme.js";

/** What a run had learned at a moment of its training: a heat map with a slider. */
export class Knowledge {
  /** `moved(episode)` is called with the slider's position. */
  constructor(section, run, bytes, moved) {
    this.section = section;
    this.run = run;
    this.moved = moved;
    this.map = new HeatMap(run.heat, bytes);
    this.canvas = section.querySelector("canvas");
    this.slider = section.querySelector(".moment");
    this.reading = section.querySelector(".reading");
    this.mark = section.querySelector(".mark");
    this.canvas.width = this.map.width;
    this.canvas.height = this.map.height;
    this.letters = this.makeLetters(section.querySelector(".numbers"));
    this.slider.addEventListener("input", () => {
      this.draw();
      this.describe();
      this.moved(this.map.episodes[this.moment]);
    });
    for (const event of ["pointermove", "pointerdown"]) {
      this.canvas.addEventListener(event, (pointer) => this.read(pointer));
    }
    this.canvas.addEventListener("pointerleave", () => this.describe());
    theme.onChange(() => this.load());
    this.describe();
    this.load();
  }

  get moment() {
    return Number(this.slider.value);
  }

  async load() {
    const { name } = theme;
    const painted = await this.map.load(name);
    if (name !== theme.name) return;
    this.map.use(painted);
    this.draw();
    this.section.dataset.theme = name;
  }

  /** Goes to the moment nearest to an episode. */
  goTo(episode) {
    this.slider.value = nearest(this.map.episodes, episode);
    this.slider.dispatchEvent(new Event("input"));
  }

  /** An element for the number of each cell that may have one. */
  makeLetters(box) {
    if (!box) return [];
    return [...this.map.learned].map((place) => {
      const letters = document.createElement("span");
      letters.style.gridArea =
        `${Math.floor(place / this.map.columns) + 1} / ${place % this.map.columns + 1}`;
      box.append(letters);
      return { place, letters };
    });
  }

  draw() {
    if (!this.map.painted) return;
    this.map.draw(this.canvas.getContext("2d"), this.moment);
    for (const { place, letters } of this.letters) {
      const cell = this.map.cell(place, this.moment);
      letters.textContent = cell ? fixed(cell.value, this.map.numbers.decimals) : "";
      if (cell) letters.style.color = this.map.inks[cell.ink];
    }
  }

  /** Writes which moment is shown. */
  describe() {
    const episode = this.map.episodes[this.moment];
    this.when = `After ${this.map.steps[this.moment].toLocaleString("en")} steps`
      + (episode ? `, episode ${episode}` : "");
    this.reading.textContent = this.when;
    this.slider.setAttribute("aria-valuetext", this.when);
    this.section.dataset.moment = this.moment;
    this.mark.hidden = true;
  }

  /** A place's last update, as a sentence. */
  lastUpdate(place) {
    const update = this.map.update(place, this.moment);
    if (!update) return "";
    const { step, episode, action, reward, next, before, after } = update;
    const { columns } = this.map;
    const to = next < 0 || next === place ? "and stayed"
      : `to row ${Math.floor(next / columns)}, column ${next % columns}`;
    return `. Last update, at step ${step.toLocaleString("en")} of episode ${episode}: `
      + `${this.run.actions[action].name} ${to} for ${short(reward)} `
      + (before === after ? `left its value at ${short(after)}.`
        : `moved its value from ${short(before)} to ${short(after)}.`);
  }

  /** Writes what is known about the cell under the pointer. */
  read(event) {
    const found = cellAt(event, this.canvas, this.map);
    if (!found || !this.map.painted) return;
    const { row, column, place } = found;
    const cell = this.map.cell(place, this.moment);
    const best = this.run.actions.filter((_, action) => cell && cell.greedy >> action & 1);
    const what = this.map.isWall(place) ? "a wall" : !cell ? "nothing learned yet"
      : short(cell.value) + (best.length ? `, best ${best.map((one) => one.name).join(" or ")}` : "");
    this.reading.textContent = `${this.when}: row ${row}, column ${column}: ${what}`
      + this.lastUpdate(place);
    const share = (index, count) => `${100 * index / count}%`;
    Object.assign(this.mark.style, {
      left: share(column, this.map.columns), top: share(row, this.map.rows),
      width: share(1, this.map.columns), height: share(1, this.map.rows),
    });
    this.mark.hidden = false;
  }
}
