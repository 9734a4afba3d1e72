import { make } from "./dom.js";
import { fixed } from "./numbers.js";

/** What the numbers of a measure mean. */
export const MEASURES = {
  value: "The value of each action; bars begin near the lowest", chance: "How likely each action is",
  mean: "The mean of each number of the action",
};

/** Shows numbers of a measure as bars in a list, each with its name; one of them may be the best. */
export function showBars(list, { measure, numbers, names, best = null }) {
  const known = numbers.filter((number) => number != null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  // Values that are close together differ by little, and the difference is what matters.
  const [low, high] = measure === "chance" ? [0, 1]
    : measure === "mean" ? [Math.min(-1, least), Math.max(1, most)] : [least - (most - least || 1) / 12, most];
  const width = high - low;
  const zero = measure === "value" ? 0 : -low / width;
  list.replaceChildren(...numbers.map((number, place) => {
    const bar = make("i");
    const end = (number - low) / width;
    bar.style.left = `${100 * Math.min(zero, end)}%`;
    bar.style.width = `${100 * Math.max(0.01, Math.abs(end - zero))}%`;
    const text = number == null ? "–" : measure === "chance" ? `${fixed(100 * number, 1)} %`
      : fixed(number, Math.abs(high) >= 100 ? 1 : 3);
    return make("li", { class: place === best ? "best" : "" }, make("span", {}, names[place] ?? String(place)),
      make("b", { "aria-hidden": "true" }, number == null ? null : bar), make("output", {}, text));
  }));
}
