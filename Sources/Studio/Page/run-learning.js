import { drawnChart } from "./chart.js";
import { choice, make, say } from "./dom.js";
import { clamp } from "./numbers.js";
import { get } from "./server.js";
import { theme } from "./theme.js";

/** The curve of the run, and its moments. */
export class Learning {
  constructor(run) {
    Object.assign(this, { run, metric: "", along: "episodes", moments: [] });
    const { facts } = run;
    const isText = facts.is_text && facts.purpose === "train";
    this.curve = drawnChart("curve", (x) => this.choose(x));
    this.list = make("ol", { class: "moments" });
    this.summary = make("summary", {}, "Moments");
    this.details = make("details", { class: "moment-list", hidden: true }, this.summary, this.list);
    const tools = isText ? [] : [
      choice("Show", [["", "return"], ...facts.metrics], "", (value) => { this.metric = value; this.draw(); }),
      choice("Along", ["episodes", "steps", "time"], "episodes", (value) => { this.along = value; this.draw(); }),
    ];
    this.card = make("section", { class: "card learning" },
      make("div", { class: "bar" }, make("h2", {}, "Learning"), tools), this.curve.box, this.details);
  }

  begin() {
    this.draw();
    this.loadMoments();
  }

  async draw() {
    const { curve, run } = this;
    const width = Math.round(clamp(curve.box.clientWidth, 280, 1600));
    try {
      const drawn = await get(run.api("curve", {
        theme: theme.name, width, height: run.facts.has_steps ? 220 : 340, along: this.along, metric: this.metric,
      }));
      curve.show(drawn, `Learning curve along ${drawn.label.toLowerCase()}`);
      this.mark();
      this.flag();
    } catch (error) {
      curve.say(error.message);
    }
  }

  /** Marks the cursor's place. */
  mark() {
    const { run } = this;
    if (run.episode) this.curve.mark({ episodes: run.episode.episode, steps: run.step }[this.along] ?? null);
  }

  choose(x) {
    const { run } = this;
    if (!run.episode) return;
    if (this.along === "episodes") {
      run.goTo({ episode: clamp(Math.round(x), 1, run.facts.episodes), t: 0 });
    } else if (this.along === "steps") {
      run.goToStep(clamp(Math.round(x), 0, run.facts.steps - 1));
    }
  }

  // ---- Moments

  async loadMoments() {
    const { facts } = this.run;
    if (!facts.has_steps || facts.purpose !== "train" || facts.status === "writing") return;
    try {
      this.moments = await get(this.run.api("moments"));
    } catch {
      // A run without moments has none to show.
      return;
    }
    this.list.replaceChildren(...this.moments.map((moment) => make("li", {}, make("button", {
      type: "button", disabled: !moment.shown, click: () => this.run.goTo(moment),
    }, moment.sentence))));
    this.details.hidden = !this.moments.length;
    this.summary.textContent = `${this.moments.length} moments worth a look`;
    this.flag();
  }

  flag() {
    const x = { episodes: "episode", steps: "step" }[this.along];
    this.curve.flags(!x ? [] : this.moments.filter(({ shown }) => shown).map((moment) => ({
      x: moment[x], words: moment.sentence, choose: () => this.run.goTo(moment),
    })));
  }

  /** Goes to the next or previous moment. */
  jump(by) {
    const { step } = this.run;
    const shown = this.moments.filter((moment) => moment.shown);
    const next = by > 0 ? shown.find((moment) => moment.step > step) : shown.findLast((moment) => moment.step < step);
    if (next) this.run.goTo(next); else say("No more moments");
  }
}
