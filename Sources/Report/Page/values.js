import { decimals, fixed } from "./numbers.js";
import { Scale } from "./scale.js";

/** The value of each action, as numbers and as bars around zero. */
export class Values {
  constructor(rows) {
    this.rows = rows;
  }

  open({ values }) {
    this.values = values;
    [this.low, this.high] = [0, 0];
    for (const value of values) {
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
  }

  /** Shows the values of a moment, and the action taken then. */
  show(moment, taken) {
    const count = this.rows.length;
    const known = [...this.values.subarray(moment * count, (moment + 1) * count)];
    const best = Math.max(...known.filter(Number.isFinite));
    const places = decimals(Math.max(-this.low, this.high));
    const scale = new Scale([this.low, this.high > this.low ? this.high : this.low + 1], [0, 100]);
    const zero = scale.pixel(0);
    this.rows.forEach((row, action) => {
      const value = known[action];
      const isKnown = Number.isFinite(value);
      const end = isKnown ? scale.pixel(value) : zero;
      const bar = row.querySelector("i");
      bar.style.left = `${Math.min(zero, end)}%`;
      bar.style.width = `${Math.max(isKnown ? 1 : 0, Math.abs(end - zero))}%`;
      row.querySelector("output").textContent = isKnown ? fixed(value, places) : "–";
      row.classList.toggle("best", value === best);
      row.classList.toggle("taken", taken === action);
    });
  }
}
