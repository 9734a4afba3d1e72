import { short } from "./numbers.js";
import { nearest, Scale } from "./scale.js";

/** The curves of some runs in one world: a cursor, and the numbers under the pointer. */
export class Curves {
  /** `choose(run, episode)` is called with what was clicked. */
  constructor(figure, { moment, reading, lines }, bytes, choose) {
    this.drawings = [...figure.querySelectorAll(".curve")];
    this.reading = figure.querySelector(".reading");
    this.words = { moment, reading };
    this.lines = lines.map(({ name, runs, x, y }) =>
      ({ name, runs, x: bytes.floats(x), y: bytes.floats(y) }));
    for (const drawing of this.drawings) this.listen(drawing, choose);
  }

  /** Whether one of the lines belongs to a run. */
  shows(run) {
    return this.lines.some(({ runs }) => runs.includes(run));
  }

  /** Marks an episode. */
  show(episode) {
    for (const drawing of this.drawings) {
      point(drawing.querySelector(".cursor"), scales(drawing).x.pixel(episode));
    }
  }

  listen(drawing, choose) {
    const hover = drawing.querySelector(".hover");
    const { x, y } = scales(drawing);
    const episode = (event) => {
      const [box, seen] = [drawing.getBoundingClientRect(), drawing.viewBox.baseVal];
      return x.value(seen.x + (event.clientX - box.left) / box.width * seen.width);
    };
    drawing.addEventListener("pointermove", (event) => {
      const found = this.lines.filter((line) => line.x.length > 0).map((line) => {
        const index = nearest(line.x, episode(event));
        return { name: line.name, x: line.x[index], y: line.y[index] };
      });
      if (!found.length) return;
      point(hover, x.pixel(found[0].x), y.pixel(found[0].y));
      const { moment, reading } = this.words;
      this.reading.textContent = `${moment} ${found[0].x}: ${reading}`
        + found.map((one) => (found.length > 1 ? `${one.name} ` : "") + short(one.y)).join(", ");
    });
    drawing.addEventListener("pointerleave", () => {
      hover.setAttribute("visibility", "hidden");
      this.reading.textContent = "";
    });
    drawing.addEventListener("click", (event) => {
      for (const { runs } of this.lines) for (const run of runs) choose(run, episode(event));
    });
  }
}

function scales(drawing) {
  const numbers = (name) => drawing.dataset[name].split(" ").map(Number);
  const [left, top, width, height] = numbers("plot");
  return {
    x: new Scale(numbers("x"), [left, left + width]),
    y: new Scale(numbers("y"), [top + height, top]),
  };
}

/** Draws the vertical line at an x, and its dot at a y. */
function point(group, x, y) {
  const line = group.querySelector("line");
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
  const dot = group.querySelector("circle");
  if (dot) {
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
  }
  group.setAttribute("visibility", "visible");
}
