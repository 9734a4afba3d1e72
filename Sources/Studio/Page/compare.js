import { drawnChart } from "./chart.js";
import { choice, copy, make, quoted, say } from "./dom.js";
import { clamp, short } from "./numbers.js";
import { SPEED_NAMES, SPEEDS } from "./run-stage.js";
import { get, Latest, path, picture, pictures } from "./server.js";
import { theme } from "./theme.js";

const CLOCKS = [["episodes", "episodes"], ["steps", "steps"], ["time", "seconds"]];

/** Two to six runs on one clock. */
export const page = {
  title: "Compare",
  keys: [["Space", "play or pause"], ["← →", "a step back or forward"], ["Shift ← →", "earlier or later in training"],
    ["- +", "slower or faster"]],
  async open(root, { query }) {
    const runs = query.get("runs") ?? "";
    if (runs.split(",").filter(Boolean).length < 2) {
      root.append(make("section", { class: "card empty" }, make("h1", {}, "Compare"),
        make("p", {}, "Select two to six runs in the ", make("a", { href: "/" }, "library"),
          ", then press Compare or the key c.")));
      return () => {};
    }
    const facts = await get(path("/api/compare/facts", { runs }));
    const comparison = new Comparison(root, runs, facts, query);
    await comparison.begin();
    return () => comparison.close();
  },
};

class Comparison {
  constructor(root, ids, facts, query) {
    Object.assign(this, { root, ids, facts, t: 0, speed: 2, episodes: [] });
    this.clock = CLOCKS.some(([name]) => name === query.get("clock")) ? query.get("clock") : "episodes";
    this.at = Number(query.get("at")) || null;
    this.build();
    this.stages = facts.runs.map((run, place) => new Latest({
      load: async (key, signal) => {
        const [episode, t] = key.split(" ");
        return (await picture(path(`/api/run/${run.id}/stage`, { episode, t, ...this.look }), { signal })).image;
      },
      show: (key, image) => this.show(place, image),
      fail: (error) => { this.panels[place].words.textContent = error.message; },
    }));
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.forgetTheme = theme.onChange(() => {
      this.stages.forEach((stage) => stage.forget());
      this.draw();
      this.seek(this.t);
      this.showDifference();
    });
    let timer;
    this.resized = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => this.draw(), 150);
    });
    this.resized.observe(this.chart.box);
  }

  close() {
    this.isClosed = true;
    this.pause();
    this.resized.disconnect();
    this.forgetTheme();
    document.removeEventListener("keydown", this.hear);
  }

  build() {
    const { runs, differences } = this.facts;
    this.chart = drawnChart("curve", (x) => { this.pause(); this.go(x); });
    this.training = make("input", {
      type: "range", min: 0, max: 1000, value: 1000, "aria-label": "Training",
      input: () => { this.pause(); this.go(Number(this.training.value) / 1000 * this.end); },
    });
    this.time = make("input", {
      type: "range", min: 0, max: 0, value: 0, "aria-label": "Step",
      input: () => { this.pause(); this.seek(Number(this.time.value)); },
    });
    this.playButton = make("button", { type: "button", class: "play main", click: () => this.toggle() }, "Play");
    this.speedChoice = choice("Speed", SPEEDS.map((_, place) => [String(place), SPEED_NAMES[place]]), "2",
      (value) => this.setSpeed(Number(value)));
    this.panels = runs.map((run, place) => {
      const canvas = make("canvas", { class: "board", role: "img", "aria-label": run.name, width: 480, height: 360 });
      const words = make("p", { class: "reading" });
      const box = make("section", { class: `card panel s${place % 8}` },
        make("h2", {}, make("i", { class: "swatch" }), make("a", { href: `/run/${run.id}` }, run.name)),
        make("figure", { class: "screen" }, canvas), words);
      return { box, canvas, words };
    });
    const cell = (value) => value == null ? "–" : Number.isInteger(value) ? value.toLocaleString("en")
      : typeof value === "number" ? short(value)
      : typeof value === "object" ? JSON.stringify(value) : String(value);
    const table = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Differences" },
      make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "What differs"),
        runs.map((run) => make("th", { scope: "col" }, run.name)))),
      make("tbody", {}, differences.map(({ name, values }) => make("tr", {},
        make("th", { scope: "row" }, name.replaceAll("_", " ")), values.map((value) => make("td", {}, cell(value))))))));
    this.difference = make("img", { class: "difference", alt: "" });
    this.differenceCard = make("section", { class: "card", hidden: true }, make("h2", {}, "Difference between the maps"),
      this.difference);
    const files = runs.map((run) => quoted(run.file)).join(" ");
    const command = `reel compare ${files} -o compare.png\nreel curve ${files} -o curves.png`
      + (runs.length === 2 ? `\nreel film ${quoted(runs[0].file)} --compare ${quoted(runs[1].file)} -o both.gif` : "");
    this.root.append(
      make("div", { class: "title" }, make("h1", {}, runs.map((run) => run.name).join(" · "))),
      make("section", { class: "card learning" },
        make("div", { class: "bar" }, make("h2", {}, "Learning"),
          choice("Clock", CLOCKS, this.clock, (value) => { this.clock = value; this.at = null; this.draw(); })),
        this.chart.box),
      make("div", { class: "card controls" },
        make("label", { class: "choice grow" }, make("span", {}, "Training"), this.training),
        make("label", { class: "choice grow" }, make("span", {}, "Episode"), this.time),
        this.playButton, this.speedChoice),
      make("div", { class: "panels" }, this.panels.map((panel) => panel.box)),
      make("div", { class: "views" }, make("section", { class: "card" }, make("h2", {}, "Settings and results"), table),
        this.differenceCard),
      make("details", { class: "card command" }, make("summary", {}, "The same in a terminal"),
        make("pre", { tabindex: 0 }, make("code", {}, command)),
        make("button", { type: "button", click: () => copy(command) }, "Copy")));
  }

  async begin() {
    this.showDifference();
    await this.draw();
  }

  get look() {
    const width = this.panels[0].canvas.parentElement.clientWidth || 400;
    const size = Math.round(clamp(width * Math.min(devicePixelRatio, 2), 240, 1000) / 16) * 16;
    return { theme: theme.name, size };
  }

  /** The end of the clock: that of the longest run. */
  get end() {
    return this.drawn?.x[1] ?? Math.max(...this.facts.runs.map((run) => run[this.clock] ?? 0));
  }

  async draw() {
    if (this.isClosed) return;
    const width = Math.round(clamp(this.chart.box.clientWidth, 280, 1700));
    try {
      this.drawn = await get(path("/api/compare/chart",
        { runs: this.ids, along: this.clock, theme: theme.name, width, height: 280 }));
      this.chart.show(this.drawn, `Learning curves along ${this.drawn.label.toLowerCase()}`);
    } catch (error) {
      this.drawn = null;
      this.chart.say(error.message);
    }
    await this.go(this.at ?? this.end);
  }

  /** Moves the training clock to a place. */
  async go(at) {
    this.at = clamp(at, 0, this.end);
    this.training.value = 1000 * this.at / (this.end || 1);
    this.chart.mark(this.at);
    history.replaceState(null, "", path("/compare", { runs: this.ids, clock: this.clock, at: Math.round(this.at) }));
    const wanted = this.at;
    try {
      const episodes = await get(path("/api/compare/place", { runs: this.ids, clock: this.clock, at: this.seconds }));
      if (wanted !== this.at || this.isClosed) return;
      this.episodes = episodes;
    } catch (error) {
      say(error.message);
      return;
    }
    this.time.max = Math.max(...this.episodes.map((episode) => episode.steps));
    this.seek(Math.min(this.t, Number(this.time.max)));
  }

  /** The clock's place in the server's unit: charts of long runs use minutes or hours. */
  get seconds() {
    const unit = this.clock !== "time" ? 1 : { Minutes: 60, Hours: 3600 }[this.drawn?.label] ?? 1;
    return this.at * unit;
  }

  seek(t) {
    this.t = Math.max(0, t);
    this.time.value = this.t;
    this.episodes.forEach(({ episode, steps }, place) => {
      const at = Math.min(this.t, steps);
      const near = [1, -1, 2].map((by) => at + by).filter((one) => one >= 0 && one <= steps);
      this.stages[place].want(`${episode} ${at}`, near.map((one) => `${episode} ${one}`));
    });
    this.describe();
  }

  describe(at = this.episodes.map(({ steps }) => Math.min(this.t, steps))) {
    this.episodes.forEach((episode, place) => {
      const ended = at[place] >= episode.steps ? `, ${episode.ending}` : "";
      this.panels[place].words.textContent =
        `Episode ${episode.episode}, step ${at[place]} of ${episode.steps}, return ${short(episode.return)} in all${ended}`;
    });
  }

  show(place, image) {
    const { canvas } = this.panels[place];
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
  }

  toggle() {
    if (this.playing) this.pause(); else this.play();
  }

  async play() {
    this.pause();
    const abort = this.playing = new AbortController();
    this.label();
    const longest = Number(this.time.max);
    const at = this.episodes.map(() => 0);
    try {
      await pictures(path("/api/compare/play", {
        runs: this.ids, episodes: this.episodes.map(({ episode }) => episode).join(","),
        t: this.t >= longest ? 0 : this.t, speed: SPEEDS[this.speed], ...this.look,
      }), 2, ({ image, numbers: [place, t] }) => {
        if (abort.signal.aborted) return;
        this.show(place, image);
        at[place] = t;
        this.t = Math.max(...at);
        this.time.value = this.t;
        this.describe(at);
      }, { signal: abort.signal });
    } catch (error) {
      if (error.name !== "AbortError") say(error.message);
    }
    if (this.playing === abort) {
      this.playing = null;
      this.label();
    }
  }

  pause() {
    this.playing?.abort();
    this.playing = null;
    this.label();
  }

  label() {
    this.playButton.textContent = this.playing ? "Pause" : "Play";
  }

  setSpeed(place) {
    this.speed = clamp(place, 0, SPEEDS.length - 1);
    this.speedChoice.querySelector("select").value = String(this.speed);
    say(SPEED_NAMES[this.speed]);
    if (this.playing) this.play();
  }

  async showDifference() {
    try {
      const { image } = await picture(path("/api/compare/difference",
        { runs: this.ids.split(",").slice(0, 2).join(","), theme: theme.name, size: 560 }));
      const canvas = make("canvas", { width: image.width, height: image.height, class: "difference", role: "img",
        "aria-label": "The values of the first run minus those of the second" });
      canvas.getContext("2d").drawImage(image, 0, 0);
      this.difference.replaceWith(canvas);
      this.difference = canvas;
      this.differenceCard.hidden = false;
    } catch {
      this.differenceCard.hidden = true;
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=range]),textarea,select")) return;
    if (event.target.matches("button,summary,a") && [" ", "Enter"].includes(event.key)) return;
    const along = (by) => this.go(this.at + by * (this.clock === "episodes" ? 1 : this.end / 200));
    const move = (by) => { this.pause(); this.seek(clamp(this.t + by, 0, Number(this.time.max))); };
    const act = {
      " ": () => this.toggle(), ArrowLeft: () => event.shiftKey ? along(-1) : move(-1),
      ArrowRight: () => event.shiftKey ? along(1) : move(1), Home: () => move(-Infinity), End: () => move(Infinity),
      "-": () => this.setSpeed(this.speed - 1), "+": () => this.setSpeed(this.speed + 1),
      "=": () => this.setSpeed(this.speed + 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
