import { drawnChart } from "./chart.js";
import { choice, copy, make, say } from "./dom.js";
import { counted } from "./library.js";
import { clamp, fixed, short } from "./numbers.js";
import { download, events, get, Latest, path, picture, pictures } from "./server.js";
import { theme } from "./theme.js";

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
export const SPEED_NAMES = ["¼×", "½×", "1×", "2×", "4×", "8×", "16×", "32×", "64×"];

/** One recording, all of whose views follow one cursor. */
export const page = {
  title: "Run",
  keys: [["Space", "play or pause"], ["← →", "a step back or on"],
    ["Shift ← →", "an episode back or on"], ["Home End", "first or last step"], ["[ ]", "moment before or after"],
    ["- +", "slower or faster"], ["f", "follow a live run"], ["s", "save"], ["d", "drive from here"]],
  async open(root, { id, query }) {
    const facts = await get(`/api/run/${id}`);
    const run = new RunPage(root, id, facts);
    await run.begin(query);
    return () => run.close();
  },
};

class RunPage {
  constructor(root, id, facts) {
    Object.assign(this, { root, id, facts, t: 0, speed: 2, moments: [], isFollowing: false });
    this.api = (what, query) => path(`/api/run/${id}/${what}`, query);
    document.title = `${facts.title} – Reel Studio`;
    this.build();
    this.stage = new Latest({
      load: (t, signal) => this.loadFrame(t, signal), kept: 48,
      show: (key, frame) => this.showFrame(frame), fail: (error) => this.trouble(error),
    });
    this.facts1 = new Latest({
      load: (key, signal) => get(this.api("moment", this.place(key)), { signal }),
      show: (key, moment) => this.showMoment(moment), fail: (error) => this.trouble(error),
    });
    this.values = new Latest({
      load: (key, signal) => get(this.api("values", this.place(key)), { signal }),
      show: (key, values) => this.showValues(values),
    });
    this.map = new Latest({
      load: (key, signal) => picture(this.api("map",
        { step: key, style: this.style, theme: theme.name, size: this.pixels(this.parts.map, 560) }), { signal }),
      show: (key, shown) => this.showMap(shown), fail: (error) => this.noMap(error), kept: 24,
    });
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.forgetTheme = theme.onChange(() => this.refresh());
    let timer;
    this.resized = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => this.drawCharts(), 150);
    });
    this.resized.observe(this.parts.curve.box);
    this.stop = events(id, { run: (event) => this.grow(event) });
  }

  close() {
    this.isClosed = true;
    this.pause();
    this.stop();
    this.resized.disconnect();
    document.removeEventListener("keydown", this.hear);
    this.forgetTheme();
  }

  // ---- What stands on the page

  build() {
    const { facts } = this;
    const button = (words, label, click, name = "") =>
      make("button", { type: "button", class: name, "aria-label": label, click }, words);
    const parts = this.parts = {
      status: make("span", { class: `status ${facts.status}` }),
      canvas: make("canvas", { class: "board", role: "img", "aria-label": "The episode", width: 640, height: 480 }),
      play: button("Play", "Play", () => this.toggle(), "play main"),
      speed: choice("Speed", SPEEDS.map((speed, place) => [String(place), SPEED_NAMES[place]]), "2",
        (value) => this.setSpeed(Number(value))),
      follow: make("button", { type: "button", "aria-pressed": "false", click: () => this.follow(!this.isFollowing) },
        "Follow"),
      episode: make("input", {
        type: "number", min: 1, class: "episode", "aria-label": "Episode",
        change: () => this.openEpisode(parts.episode.value),
      }),
      time: make("input", {
        type: "range", class: "time", min: 0, max: 0, value: 0, "aria-label": "Step",
        input: () => { this.pause(); this.seek(Number(parts.time.value)); },
      }),
      now: make("dl", { class: "now" }),
      trouble: make("p", { class: "trouble", role: "alert" }),
      curve: drawnChart("curve", (x) => this.chooseOnCurve(x)),
      strip: drawnChart("strip", (x) => { this.pause(); this.seek(Math.round(x)); }),
      moments: make("ol", { class: "moments" }),
      map: make("div", { class: "map" }, make("canvas", {
        role: "img", "aria-label": "What was learned", pointermove: (event) => this.read(event),
        pointerleave: () => this.unread(), click: (event) => this.chooseCell(event),
      }), make("div", { class: "mark", hidden: true })),
      reading: make("p", { class: "reading" }),
      drive: make("a", { class: "button", href: `/drive?run=${this.id}` }, "Drive"),
      fork: make("a", { class: "button", href: `/train?fork=${this.id}` }, "Fork here"),
      measure: make("h3"),
      values: make("ul", { class: "values" }),
      source: make("p", { class: "hint" }),
      words: make("div", { class: "words" }),
      figure: make("img", { class: "explanation", alt: "" }),
      command: make("code", {}),
      curveTools: make("div", { class: "tools" }),
    };
    const title = make("div", { class: "title" },
      make("h1", {}, facts.title), make("code", { class: "file" }, facts.file), parts.status,
      make("span", { class: "grow" }),
      facts.is_text && facts.purpose === "train" ? make("a", { class: "button", href: `/write?model=${this.id}` }, "Write") : null,
      facts.is_text || !facts.has_steps ? null : parts.drive,
      facts.purpose === "train" ? parts.fork : null,
      make("button", { type: "button", click: () => this.save() }, "Save …"));
    const stage = make("section", { class: "card stage", "aria-label": "Episode" },
      make("div", { class: "bar" },
        button("«", "Episode before", () => this.move(0, -1)),
        make("label", { class: "choice" }, make("span", {}, "Episode"), parts.episode),
        make("span", { class: "of" }), button("»", "Episode after", () => this.move(0, 1)),
        make("span", { class: "grow" }),
        ["first", "worst", "best", "last"].map((word) =>
          button(word, `The ${word} episode`, () => this.openEpisode(word), "small"))),
      make("figure", { class: "screen" }, parts.canvas),
      parts.time,
      make("div", { class: "controls" },
        button("◀", "Step back", () => this.move(-1)), parts.play, button("▶", "Step on", () => this.move(1)),
        parts.speed, parts.follow,
        facts.mind === "attention" && facts.policy === "gpt" ? make("label", { class: "choice" }, make("input", {
          type: "checkbox", change: (event) => {
            this.hasAttention = event.target.checked;
            this.stage.forget();
            if (this.playing) this.play(); else this.seek(this.t);
          },
        }), make("span", {}, "Where it looked")) : null),
      parts.trouble, parts.now, parts.strip.box);
    const mind = make("section", { class: "card mind" },
      make("div", { class: "bar" }, make("h2", {}, "What it knew"), make("span", { class: "grow" }),
        facts.mind === "table" ? choice("Cells", [["arrows", "arrows"], ["triangles", "triangles"]], "arrows",
          (value) => { this.style = value; this.map.forget(); this.showMind(); }) : null),
      parts.map, parts.reading, parts.measure, parts.values, parts.source);
    const why = make("section", { class: "card why" }, make("h2", {}, "Why, and what was learned"),
      parts.words, parts.figure);
    const command = make("details", { class: "card command" }, make("summary", {}, "The same in a terminal"),
      make("pre", { tabindex: 0 }, parts.command),
      make("button", { type: "button", click: () => copy(parts.command.textContent) }, "Copy"));
    const learning = make("section", { class: "card learning" },
      make("div", { class: "bar" }, make("h2", {}, "Learning"), parts.curveTools), parts.curve.box,
      make("details", { class: "moment-list", hidden: true }, make("summary", {}, "Moments"), parts.moments));
    const settings = make("details", { class: "card settings" }, make("summary", {}, "Settings"),
      make("dl", {}, Object.entries(facts.settings ?? {}).map(([name, value]) => make("div", {},
        make("dt", {}, name), make("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))))));
    const views = facts.has_steps
      ? make("div", { class: "views" }, stage, make("div", { class: "side" }, learning, mind, why)) : learning;
    this.root.append(title, views, command, settings);
    this.mindCard = mind;
    this.tools();
    this.showStatus(facts);
  }

  tools() {
    const { metrics } = this.facts;
    this.along = "episodes";
    this.metric = "";
    if (this.facts.is_text && this.facts.purpose === "train") return;
    const measures = [["", "return"], ...metrics.map((name) => [name, name])];
    this.parts.curveTools.append(
      choice("Show", measures, "", (value) => { this.metric = value; this.drawCharts(); }),
      choice("Along", ["episodes", "steps", "time"], "episodes",
        (value) => { this.along = value; this.drawCharts(); }));
  }

  // ---- The cursor

  async begin(query) {
    const [episode, t] = [query.get("episode"), query.get("t")];
    this.drawCharts();
    this.loadMoments();
    if (this.facts.has_steps) {
      const isLive = this.facts.status === "writing";
      if (isLive && !episode) this.isFollowing = true;
      await this.openEpisode(episode ?? (isLive ? "newest" : "best"), t == null ? null : Number(t))
        .catch(() => this.openEpisode("newest"));
      this.follow(this.isFollowing);
    }
  }

  place(key) {
    const [episode, t] = key.split(" ");
    return { episode, t };
  }

  async openEpisode(word, t = null) {
    try {
      const episode = await get(this.api("episode", { number: word }));
      if (this.isClosed) return;
      this.open(episode, t ?? (this.isFollowing ? episode.steps : 0));
    } catch (error) {
      if (word === "best") throw error;
      this.trouble(error);
    }
  }

  open(episode, t) {
    const isOther = this.episode?.episode !== episode.episode;
    this.episode = episode;
    if (isOther) this.stage.forget();
    const { parts } = this;
    parts.episode.value = episode.episode;
    parts.episode.max = this.facts.episodes;
    this.root.querySelector(".of").textContent = `of ${counted(this.facts.episodes)}`;
    parts.time.max = episode.steps;
    if (isOther || this.stripSteps !== episode.steps) this.drawStrip();
    this.seek(clamp(t, 0, episode.steps));
  }

  /** Puts the cursor at a step of the episode that is open; every view follows. */
  seek(t, { isPlaying = false } = {}) {
    this.t = clamp(t, 0, this.episode.steps);
    const { episode } = this;
    const key = (at) => `${episode.episode} ${at}`;
    this.parts.time.value = this.t;
    this.parts.time.setAttribute("aria-valuetext", `Step ${this.t} of ${episode.steps}`);
    if (!isPlaying) {
      const near = [1, -1, 2, 3, -2].map((by) => this.t + by).filter((at) => at >= 0 && at <= episode.steps);
      this.stage.want(this.t, near);
    }
    this.facts1.want(key(this.t));
    this.parts.strip.mark(this.t);
    this.parts.curve.mark(this.curvePlace());
    const now = performance.now();
    if (!isPlaying || now - (this.minded ?? 0) > 300) {
      this.minded = now;
      this.showMind();
    }
    clearTimeout(this.studying);
    this.studying = setTimeout(() => this.explain(), isPlaying ? 1500 : 200);
    clearTimeout(this.naming);
    this.naming = setTimeout(() => this.name(), 300);
  }

  get step() {
    return this.stepAt(this.t);
  }

  /** The number of steps that had been learned from when the cursor's state was seen. */
  get learned() {
    return this.t >= this.episode.steps ? this.step + 1 : this.step;
  }

  stepAt(t) {
    const { first_step: first, stride, steps } = this.episode;
    return first + Math.min(t, steps - 1) * stride;
  }

  curvePlace() {
    return this.along === "episodes" ? this.episode.episode : this.along === "steps" ? this.stepAt(this.t) : null;
  }

  /** The address holds the cursor. */
  name() {
    if (this.isClosed) return;
    history.replaceState(null, "", path(`/run/${this.id}`, { episode: this.episode.episode, t: this.t }));
    const { file } = this.facts;
    const cursor = { run: this.id, episode: this.episode.episode, t: this.t };
    this.parts.drive.href = path("/drive", cursor);
    this.parts.fork.href = path("/train", { fork: this.id, step: this.step });
    this.parts.command.textContent = [
      `reel render ${quoted(file)} --episode ${this.episode.episode} -o frames/`,
      `reel film ${quoted(file)} --episode ${this.episode.episode} -o episode.gif`,
      ...(this.facts.mind === "table" ? [`reel heatmap ${quoted(file)} --at ${this.step + 1} -o map.png`] : []),
      `reel explain ${quoted(file)} --step ${this.step}`,
    ].join("\n");
  }

  /** Moves the cursor by some steps, or by some episodes. */
  move(by, episodes = 0) {
    this.pause();
    this.follow(false);
    if (episodes) {
      this.openEpisode(`${episodes > 0 ? ">" : "<"}${this.episode.episode}`, 0);
    } else {
      this.seek(this.t + by);
    }
  }

  // ---- Stage

  pixels(element, most) {
    const width = element.clientWidth || most;
    return Math.round(clamp(width * Math.min(devicePixelRatio, 2), 240, 1600) / 16) * 16;
  }

  get frameQuery() {
    return {
      theme: theme.name, size: Math.min(1280, this.pixels(this.parts.canvas.parentElement, 640)),
      attention: this.hasAttention ? 1 : null,
    };
  }

  async loadFrame(t, signal) {
    const { image } = await picture(this.api("stage",
      { episode: this.episode.episode, t, ...this.frameQuery }), { signal });
    return image;
  }

  showFrame(image) {
    const { canvas } = this.parts;
    if (canvas.width !== image.width || canvas.height !== image.height) {
      canvas.width = image.width;
      canvas.height = image.height;
    }
    canvas.getContext("2d").drawImage(image, 0, 0);
    canvas.dataset.shown = `${this.episode.episode} ${this.t}`;
    this.parts.trouble.textContent = "";
  }

  showMoment(moment) {
    const { facts, episode, parts } = this;
    const row = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
    parts.now.replaceChildren(
      row("Step", `${moment.t} / ${episode.steps}`),
      row("Return", short(this.returnAt(moment.t))),
      row(moment.end ? "Ended" : "Action", moment.end ? episode.ending : String(moment.action)),
      row("Reward", moment.end ? "–" : short(moment.reward)),
      row("Run's step", String(moment.step)), row("State", moment.state));
    const words = `Step ${moment.t} of ${episode.steps}, ${moment.end ? episode.ending : `next ${moment.action}`}`;
    parts.canvas.setAttribute("aria-label", words);
    this.taken = moment.end ? null : facts.actions.findIndex((action) => action.name === moment.action);
    this.markTaken();
  }

  returnAt(t) {
    const { xs, ys } = this.stripData ?? { xs: [0], ys: [0] };
    let place = 0;
    while (place + 1 < xs.length && xs[place + 1] <= t) place += 1;
    return ys[place] ?? 0;
  }

  // ---- Playing

  toggle() {
    if (this.playing) this.pause(); else this.play();
  }

  async play() {
    this.pause();
    this.follow(false);
    const abort = this.playing = new AbortController();
    const from = this.t >= this.episode.steps ? 0 : this.t;
    this.label();
    try {
      await pictures(this.api("play", {
        episode: this.episode.episode, t: from, speed: SPEEDS[this.speed], ...this.frameQuery,
      }), 2, async ({ image, numbers: [episode, t] }) => {
        if (abort.signal.aborted) return;
        if (episode !== this.episode.episode) {
          const next = await get(this.api("episode", { number: episode }));
          if (abort.signal.aborted) return;
          this.open(next, t);
        }
        this.showFrame(image);
        this.seek(t, { isPlaying: true });
      }, { signal: abort.signal });
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(error);
    }
    if (this.playing === abort) {
      this.playing = null;
      this.label();
      if (!this.isClosed) this.seek(this.t);
    }
  }

  pause() {
    if (!this.playing) return;
    this.playing.abort();
    this.playing = null;
    this.label();
    if (!this.isClosed) this.seek(this.t);
  }

  label() {
    const name = this.playing ? "Pause" : "Play";
    this.parts.play.textContent = name;
    this.parts.play.setAttribute("aria-label", name);
  }

  setSpeed(place) {
    this.speed = clamp(place, 0, SPEEDS.length - 1);
    this.parts.speed.querySelector("select").value = String(this.speed);
    say(SPEED_NAMES[this.speed]);
    if (this.playing) this.play();
  }

  // ---- A run that is being written

  follow(isFollowing) {
    this.isFollowing = isFollowing && this.facts.status === "writing";
    const { follow } = this.parts;
    follow.hidden = this.facts.status !== "writing";
    follow.setAttribute("aria-pressed", String(this.isFollowing));
    if (this.isFollowing) {
      this.pause();
      this.openEpisode("newest");
    }
  }

  grow(event) {
    if (event.error) {
      this.trouble(new Error(event.error));
      return;
    }
    Object.assign(this.facts, event);
    this.showStatus(event);
    this.root.dataset.steps = event.steps;
    if (this.isFollowing) this.openEpisode("newest");
    clearTimeout(this.growing);
    this.growing = setTimeout(() => this.drawCharts(), 600);
    if (event.status !== "writing") {
      this.loadMoments();
      this.follow(false);
    }
  }

  showStatus({ status, steps, episodes }) {
    const words = { writing: "live", interrupted: "interrupted", finished: "" }[status] ?? status;
    this.parts.status.className = `status ${status}`;
    this.parts.status.textContent =
      `${words ? `${words} · ` : ""}${counted(steps)} steps · ${counted(episodes)} episodes`;
  }

  // ---- Curves

  async drawCharts() {
    if (this.isClosed) return;
    const { curve } = this.parts;
    const width = Math.round(clamp(curve.box.clientWidth, 280, 1600));
    try {
      const drawn = await get(this.api("curve", {
        theme: theme.name, width, height: this.facts.has_steps ? 220 : 340, along: this.along, metric: this.metric,
      }));
      curve.show(drawn, `Learning curve along ${drawn.label.toLowerCase()}`);
      if (this.episode) curve.mark(this.curvePlace());
      this.markMoments();
    } catch (error) {
      curve.say(error.message);
    }
    if (this.episode) this.drawStrip();
  }

  async drawStrip() {
    const { episode, parts: { strip } } = this;
    this.stripSteps = episode.steps;
    const width = Math.round(clamp(strip.box.clientWidth, 240, 1200));
    try {
      const drawn = await get(this.api("strip",
        { episode: episode.episode, theme: theme.name, width, height: 110 }));
      if (episode.episode !== this.episode.episode) return;
      this.stripData = { xs: drawn.xs, ys: drawn.ys };
      strip.show(drawn, "Return within the episode");
      strip.mark(this.t);
      if (this.facts1.known.has(`${episode.episode} ${this.t}`)) {
        this.showMoment(this.facts1.known.get(`${episode.episode} ${this.t}`));
      }
    } catch (error) {
      strip.say(error.message);
    }
  }

  async chooseOnCurve(x) {
    if (!this.facts.has_steps) return;
    this.pause();
    this.follow(false);
    if (this.along === "episodes") {
      this.openEpisode(String(clamp(Math.round(x), 1, this.facts.episodes)), 0);
    } else if (this.along === "steps") {
      try {
        const { episode, t } = await get(this.api("place", { step: clamp(Math.round(x), 0, this.facts.steps - 1) }));
        await this.openEpisode(String(episode), t);
      } catch (error) {
        this.trouble(error);
      }
    }
  }

  // ---- Moments

  async loadMoments() {
    if (!this.facts.has_steps || this.facts.purpose !== "train" || this.facts.status === "writing") return;
    try {
      this.moments = await get(this.api("moments"));
    } catch {
      this.moments = [];
    }
    this.parts.moments.replaceChildren(...this.moments.map((moment) => make("li", {},
      make("button", { type: "button", disabled: !moment.shown, click: () => this.goTo(moment) }, moment.sentence))));
    this.root.querySelector(".moment-list").hidden = !this.moments.length;
    this.root.querySelector(".moment-list summary").textContent = `${this.moments.length} moments worth a look`;
    this.markMoments();
  }

  markMoments() {
    const { curve } = this.parts;
    curve.flags(this.along === "time" ? [] : this.moments.map((moment) => ({
      x: this.along === "episodes" ? moment.episode : moment.step, words: moment.sentence,
      choose: () => this.goTo(moment),
    })));
  }

  goTo(moment) {
    this.pause();
    this.follow(false);
    this.openEpisode(String(moment.episode), moment.t);
    say(moment.sentence);
  }

  jump(by) {
    const shown = this.moments.filter((moment) => moment.shown);
    const { step } = this;
    const next = by > 0 ? shown.find((moment) => moment.step > step)
      : shown.findLast((moment) => moment.step < step);
    if (next) this.goTo(next); else say("No further moment");
  }

  // ---- Mind

  showMind() {
    const { mind } = this.facts;
    this.values.want(`${this.episode.episode} ${this.t}`);
    if (mind === "table" || mind === "values") {
      this.parts.map.classList.add("pending");
      this.map.want(this.learned);
    } else {
      this.parts.map.hidden = true;
    }
  }

  showMap({ image, headers }) {
    const canvas = this.parts.map.querySelector("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    this.board = headers.get("X-Reel-Board").split(" ").map(Number);
    this.parts.map.classList.remove("pending");
  }

  /** The cell under the pointer, and where it stands as shares of the map's picture. */
  cell(event) {
    const box = this.parts.map.querySelector("canvas").getBoundingClientRect();
    const [left, top, width, height, rows, columns] = this.board ?? [];
    const column = Math.floor(((event.clientX - box.left) / box.width - left) / width * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height - top) / height * rows);
    if (!(row >= 0 && row < rows && column >= 0 && column < columns)) return null;
    return { row, column, x: left + column * width / columns, y: top + row * height / rows,
      width: width / columns, height: height / rows };
  }

  /** Reads what was known of the cell under the pointer. */
  async read(event) {
    const cell = this.cell(event);
    if (!cell) return this.unread();
    const mark = this.parts.map.querySelector(".mark");
    mark.hidden = false;
    const share = (part) => `${100 * part}%`;
    Object.assign(mark.style, { left: share(cell.x), top: share(cell.y), width: share(cell.width), height: share(cell.height) });
    const key = `${cell.row} ${cell.column} ${this.step}`;
    if (key === this.reading) return;
    this.reading = key;
    try {
      const { row, column } = cell;
      const found = await get(this.api("cell", { row, column, step: this.learned }));
      if (key !== this.reading) return;
      this.cellUpdate = found.step;
      this.parts.reading.replaceChildren(found.words,
        ...(found.update ? [make("br"), found.update, make("span", { class: "hint" }, " (click to go there)")] : []));
    } catch (error) {
      this.parts.reading.textContent = error.message;
    }
  }

  unread() {
    this.reading = null;
    this.cellUpdate = null;
    this.parts.map.querySelector(".mark").hidden = true;
    this.parts.reading.textContent = "";
  }

  /** Goes to the last update of a cell: again and again, back through all of them. */
  async chooseCell(event) {
    await this.read(event);
    if (this.cellUpdate == null) return;
    this.pause();
    this.follow(false);
    const { episode, t } = await get(this.api("place", { step: this.cellUpdate }));
    await this.openEpisode(String(episode), t);
    await this.read(event);
  }

  noMap(error) {
    this.parts.map.hidden = true;
    this.parts.reading.textContent = error.message;
  }

  showValues({ values, names, measure, source }) {
    const { parts } = this;
    this.mindCard.hidden = !values.length && parts.map.hidden;
    parts.measure.textContent = {
      value: "Value of each action here", chance: "Chance of each action here",
      mean: "Mean of each number of the action here",
    }[measure];
    parts.measure.hidden = !values.length;
    const known = values.filter((value) => value != null);
    const [low, high] = measure === "chance" ? [0, 1] : [Math.min(0, ...known), Math.max(0, ...known)];
    const best = measure === "mean" ? null : Math.max(...known);
    const width = high - low || 1;
    parts.values.replaceChildren(...values.map((value, action) => {
      const bar = make("i");
      const from = (Math.min(0, value) - low) / width;
      bar.style.left = `${100 * from}%`;
      bar.style.width = `${100 * Math.max(0.01, Math.abs(value) / width)}%`;
      const text = value == null ? "–" : measure === "chance" ? `${fixed(100 * value, 1)} %`
        : fixed(value, Math.abs(high - low) >= 100 ? 1 : 3);
      return make("li", { class: value === best ? "best" : "" },
        make("span", {}, names[action] ?? String(action)), make("b", {}, bar), make("output", {}, text));
    }));
    parts.source.textContent = source;
    this.markTaken();
  }

  markTaken() {
    [...this.parts.values.children].forEach((row, action) => row.classList.toggle("taken", action === this.taken));
  }

  // ---- Explanation

  async explain() {
    if (this.isClosed || this.playing) return;
    const { step, parts } = this;
    parts.words.classList.add("pending");
    try {
      const { title, summary } = await get(this.api("explanation", { step }));
      if (step !== this.step) return;
      parts.words.replaceChildren(make("h3", {}, title), ...summary.map((line) => make("p", {}, line)));
      parts.figure.src = this.api("figure", { step, theme: theme.name,
        size: Math.round(clamp(parts.words.clientWidth, 320, 1200)) });
      parts.figure.alt = summary.join(" ");
      parts.figure.hidden = false;
    } catch (error) {
      if (step !== this.step) return;
      parts.words.replaceChildren(make("p", { class: "hint" }, error.message));
      parts.figure.hidden = true;
    }
    parts.words.classList.remove("pending");
  }

  // ---- The rest

  refresh() {
    if (this.isClosed) return;
    this.stage.forget();
    this.map.forget();
    this.drawCharts();
    if (this.playing) this.play(); else if (this.episode) this.seek(this.t);
  }

  trouble(error) {
    this.parts.trouble.textContent = error.message;
  }

  /** Offers what can be kept of what is seen. */
  save() {
    const { facts, episode, step } = this;
    const isMapped = facts.mind === "table" || facts.mind === "values";
    const chart = { metric: this.metric, along: this.along };
    const offers = [
      ...(episode ? [
        ["This frame", ["png"], { what: "frame", episode: episode.episode, t: this.t }],
        ["This episode", ["gif", "mp4", "csv"], { what: "episode", episode: episode.episode }],
        ...(isMapped ? [["The map", ["png", "csv"], { what: "map", step: step + 1 }]] : []),
        ["The explanation", ["png"], { what: "explanation", step }],
      ] : []),
      ["The curve", ["png", "csv"], { what: "curve", ...chart }],
    ];
    saveDialog(this.root, facts.file, offers.map(([words, kinds, query]) => [words, kinds.map((kind) =>
      [kind, this.api("save", { ...query, as: kind, theme: theme.name })])]));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (target.matches("input:not([type=range],[type=checkbox]),textarea,select")) return;
    if (target.matches("button,summary,a") && [" ", "Enter"].includes(event.key)) return;
    if (!this.episode) return;
    const act = {
      " ": () => this.toggle(),
      ArrowLeft: () => event.shiftKey ? this.move(0, -1) : this.move(-1),
      ArrowRight: () => event.shiftKey ? this.move(0, 1) : this.move(1),
      Home: () => this.move(-Infinity), End: () => this.move(Infinity),
      "[": () => this.jump(-1), "]": () => this.jump(1),
      "-": () => this.setSpeed(this.speed - 1), "+": () => this.setSpeed(this.speed + 1),
      "=": () => this.setSpeed(this.speed + 1),
      f: () => this.follow(!this.isFollowing), s: () => this.save(), d: () => this.parts.drive.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** Offers files: rows of [words, [kind, address] …]. What takes long can be given up. */
function saveDialog(root, file, rows) {
  const abort = new AbortController();
  const state = make("p", { class: "hint", role: "status" }, `From ${file}`);
  const keep = async (kind, address) => {
    state.textContent = `Making the ${kind.toUpperCase()} …`;
    try {
      const { blob, name } = await download(address, { signal: abort.signal });
      const url = URL.createObjectURL(blob);
      make("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      state.textContent = `Saved ${name}`;
    } catch (error) {
      if (error.name !== "AbortError") state.textContent = error.message;
    }
  };
  const dialog = make("dialog", { class: "save", close: () => { abort.abort(); dialog.remove(); } },
    make("h2", {}, "Save"),
    make("dl", {}, rows.map(([words, kinds]) => make("div", {}, make("dt", {}, words), make("dd", {},
      kinds.map(([kind, address]) => make("button", {
        type: "button", class: "small", "aria-label": `${words} as ${kind.toUpperCase()}`,
        click: () => keep(kind, address),
      }, kind.toUpperCase())))))),
    state, make("form", { method: "dialog" }, make("button", {}, "Close")));
  root.append(dialog);
  dialog.showModal();
}

/** A word as a shell takes it. */
export function quoted(word) {
  return /^[\w./=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
