import { Scale } from "./scale.js";

/** The margin around the line: the dot's radius and a little more. */
const MARGIN = 6;

/** The return of an episode as a small drawing, with a dot at the current moment. */
export class Course {
  constructor(drawing) {
    this.drawing = drawing;
    this.past = drawing.querySelector(".past");
    this.dot = drawing.querySelector("circle");
  }

  /** Shows an episode's paths. */
  open({ course: { zero, line, plot: [left, top, width, height], y }, returns }) {
    this.returns = returns;
    this.box = [left - MARGIN, top - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN];
    this.x = new Scale([0, Math.max(1, returns.length - 1)], [left, left + width]);
    this.y = new Scale(y, [top + height, top]);
    this.drawing.setAttribute("viewBox", this.box.join(" "));
    this.drawing.querySelector(".zero").setAttribute("d", zero);
    for (const path of this.drawing.querySelectorAll(".line")) path.setAttribute("d", line);
  }

  /** Marks a moment, and what came before it. */
  show(moment) {
    const [left, top, , height] = this.box;
    const x = this.x.pixel(moment);
    const past = { x: left, y: top, width: x - left, height };
    for (const [name, value] of Object.entries(past)) this.past.setAttribute(name, value);
    this.past.setAttribute("viewBox", Object.values(past).join(" "));
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", this.y.pixel(this.returns[moment]));
  }
}
