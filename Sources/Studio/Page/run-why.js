import { make } from "./dom.js";
import { clamp } from "./numbers.js";
import { get } from "./server.js";
import { theme } from "./theme.js";

/** Why the cursor's step was taken and what was learned from it, as text and as a picture. */
export class Why {
  constructor(run) {
    this.run = run;
    this.words = make("div", { class: "words" });
    this.figure = make("img", { class: "explanation", alt: "", hidden: true });
    this.card = make("section", { class: "card why" }, make("h2", {}, "Why, and what was learned"), this.words,
      this.figure);
  }

  async show() {
    const { run, words, figure } = this;
    if (run.isClosed || run.stage.playing) return;
    const { step } = run;
    words.classList.add("pending");
    try {
      const { title, summary } = await get(run.api("explanation", { step }));
      if (step !== run.step) return;
      words.replaceChildren(make("h3", {}, title), ...summary.map((line) => make("p", {}, line)));
      const size = Math.round(clamp(words.clientWidth, 720, 1200));
      figure.src = run.api("figure", { step, theme: theme.name, size });
      figure.alt = summary.join(" ");
      figure.hidden = false;
    } catch (error) {
      if (step !== run.step) return;
      words.replaceChildren(make("p", { class: "hint" }, error.message));
      figure.hidden = true;
    }
    words.classList.remove("pending");
  }
}
