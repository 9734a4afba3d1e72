import { MEASURES, showBars } from "./bars.js";
import { choice, make, say } from "./dom.js";
import { frames, Pad, pointed } from "./drive-stage.js";
import { short } from "./numbers.js";
import { SPEED_NAMES, SPEEDS } from "./run-stage.js";
import { get, path, post } from "./server.js";
import { theme } from "./theme.js";

/** A game that a person plays, alone or in turns with an agent. */
export const page = {
  title: "Drive",
  keys: [["← ↑ ↓ →", "drive, also W A S D; each world's keys are listed beside the stage"], ["t", "hand over or take back"],
    ["p", "pause or continue"], [".", "a single step"], ["r", "restart"], ["h", "show or hide the advice"],
    ["k", "keep as a recording"]],
  async open(root, { query }) {
    const drive = new DrivePage(root);
    await drive.begin(query);
    return () => drive.close();
  },
};

class DrivePage {
  constructor(root) {
    Object.assign(this, { root, held: [], pointer: null, outbox: [], camera: null });
    this.showsAdvice = localStorage.getItem("advice") !== "hidden";
    this.listeners = [[document, "keydown", (event) => this.key(event)],
      [document, "keyup", (event) => this.release(event.code)],
      [window, "blur", () => this.releaseAll()],
      [document, "visibilitychange", () => { this.releaseAll(); this.watch(); }]];
    for (const [target, name, hear] of this.listeners) target.addEventListener(name, hear);
    this.forgetTheme = theme.onChange(() => { if (this.game) this.watch(); else this.showWorlds?.(); });
  }

  close() {
    this.isClosed = true;
    this.watching?.abort();
    for (const [target, name, hear] of this.listeners) target.removeEventListener(name, hear);
    this.forgetTheme();
    this.resized?.disconnect();
    if (this.game && !this.state?.ended) this.act("finish").catch(() => {});
  }

  async begin(query) {
    const wish = Object.fromEntries(query);
    for (const name of ["episode", "t", "seed"]) if (name in wish) wish[name] = Number(wish[name]);
    if (wish.run || wish.world) await this.open(wish); else await this.choose();
  }

  // ---- Which world

  async choose() {
    const worlds = await get("/api/drive/worlds");
    const maps = make("select", { name: "map" });
    const seed = make("input", { type: "number", name: "seed", min: 0, value: 1 });
    const world = make("select", { name: "world", change: () => fill() }, worlds.map(({ name }) => make("option", {}, name)));
    const fill = () => {
      const names = worlds.find(({ name }) => name === world.value).maps;
      maps.replaceChildren(make("option", { value: "" }, names.length ? "default" : "no maps"),
        ...names.map((name) => make("option", {}, name)));
      maps.disabled = !names.length;
    };
    fill();
    const start = (wish) => {
      history.replaceState(null, "", path("/drive", wish));
      this.open(wish).catch((error) => this.trouble(error));
    };
    const trouble = make("p", { class: "trouble", role: "alert" });
    this.parts = { trouble };
    this.showWorlds = () => {
      for (const image of this.root.querySelectorAll("[data-world]")) {
        image.src = path("/api/drive/preview", { world: image.dataset.world, theme: theme.name });
      }
    };
    this.root.replaceChildren(make("div", { class: "title" }, make("h1", {}, "Drive a world")),
      make("section", { class: "card choose" },
        make("ul", { class: "worlds" }, worlds.map(({ name }) =>
          make("li", {}, make("button", { type: "button", click: () => start({ world: name }) },
            make("img", { alt: "", width: 240, height: 180, "data-world": name }), name)))),
        make("form", { submit: (event) => {
          event.preventDefault();
          start({ world: world.value, map: maps.value || null, seed: Number(seed.value) });
        } }, make("label", {}, "World", world), make("label", {}, "Map", maps), make("label", {}, "Seed", seed),
        make("button", { class: "main" }, "Play")),
        trouble,
        make("p", { class: "hint" },
          "To play with a trained agent's advice, or to continue in the middle of an episode, open its run and press Drive.")));
    this.showWorlds();
  }

  async open(wish) {
    this.wish = wish;
    this.state = null;
    const facts = await post("/api/drive/open", wish);
    if (this.isClosed) {
      post("/api/drive/do", { game: facts.game, what: "finish" }).catch(() => {});
      return;
    }
    this.game = facts.game;
    this.facts = facts;
    this.build();
    this.watch();
    this.parts.screen.focus({ preventScroll: true });
  }

  // ---- The page's parts

  build() {
    const { facts } = this;
    const button = (words, click, attributes = {}) => make("button", { type: "button", click, ...attributes }, words);
    this.pad = new Pad(facts.keys, { press: (code) => this.press(code), release: (code) => this.release(code) });
    const parts = this.parts = {
      canvas: make("canvas", { role: "img", "aria-label": `The world ${facts.world}`, width: 640, height: 480 }),
      news: make("p", { class: "news" }),
      scores: make("dl", { class: "scores" }),
      you: button("You", () => this.hand("person")),
      agent: button("The agent", () => this.hand("agent"), { disabled: !facts.has_agent }),
      pause: button("Go", () => this.togglePause(), { class: "main" }),
      keep: button("Keep as recording", () => this.keep()),
      advice: button("Show", () => this.toggleAdvice(), { class: "small" }),
      values: make("ul", { class: "values" }),
      measure: make("p", { class: "hint" }),
      games: make("ol", { class: "games" }),
      trouble: make("p", { class: "trouble", role: "alert" }),
      end: make("p", { class: "end" }),
    };
    parts.screen = make("figure", { class: "screen", tabindex: 0, "aria-label": "The stage; arrow keys drive" },
      parts.canvas);
    pointed(parts.screen, parts.canvas, (place) => this.point(place));
    const cameras = facts.cameras.length > 1
      ? choice("Camera", facts.cameras, this.camera ?? facts.cameras[0], (value) => { this.camera = value; this.watch(); }) : null;
    const name = [facts.world, facts.map].filter(Boolean).join(" · ");
    const back = facts.parent && this.wish.run
      ? make("a", { class: "button", href: path(`/run/${this.wish.run}`, { episode: this.wish.episode, t: this.wish.t }) }, "Back to the run")
      : button("Another world", () => this.another());
    this.root.replaceChildren(
      make("div", { class: "title" }, make("h1", {}, `Drive ${name}`), make("span", { class: "grow" }), parts.keep, back),
      make("div", { class: "drive" },
        make("section", { class: "card stage", "aria-label": "Stage" }, parts.scores, parts.screen,
          parts.news, parts.controls = make("div", { class: "controls" }, parts.pause, button("Step", () => this.act("step")),
            button("Restart", () => this.act("restart")),
            choice("Speed", SPEEDS.map((speed, place) => [String(speed), SPEED_NAMES[place]]), "1",
              (value) => this.act("speed", Number(value))), cameras),
          parts.trouble, parts.end),
        make("div", { class: "side" },
          make("section", { class: "card" }, make("div", { class: "bar" }, make("h2", {}, "Who drives")),
            make("div", { class: "who", role: "group", "aria-label": "Who drives" }, parts.you, parts.agent),
            facts.has_agent ? make("p", { class: "hint" }, "Any driving key takes over; t hands back.")
              : make("p", { class: "hint" }, "There is no trained agent here. Open a run and press Drive to get its agent's advice.")),
          make("section", { class: "card pads" }, make("div", { class: "bar" }, make("h2", {}, "Keys")), this.pad.element,
            facts.can_point ? make("p", { class: "hint" }, "Or drag on the stage to where it should go.") : null),
          facts.has_agent ? make("section", { class: "card" },
            make("div", { class: "bar" }, make("h2", {}, "The agent's advice"), make("span", { class: "grow" }), parts.advice),
            parts.values, parts.measure) : null,
          make("section", { class: "card" }, make("div", { class: "bar" }, make("h2", {}, "Episodes of this game")), parts.games))));
    let timer;
    this.resized?.disconnect();
    this.resized = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => { if (this.size !== this.wantedSize) this.watch(); }, 250);
    });
    this.resized.observe(parts.screen);
  }

  get wantedSize() {
    const width = (this.parts.screen.clientWidth || 640) * Math.min(devicePixelRatio, 2);
    return Math.round(Math.max(240, Math.min(1200, width)) / 16) * 16;
  }

  /** Shows the game while the page is visible; time stops otherwise. */
  async watch() {
    this.watching?.abort();
    if (this.isClosed || !this.game || document.hidden || this.state?.ended) return;
    const abort = this.watching = new AbortController();
    this.size = this.wantedSize;
    try {
      await frames(path("/api/drive/frames", { game: this.game, size: this.size, theme: theme.name, camera: this.camera }),
        (state, image) => { if (!abort.signal.aborted) this.show(state, image); }, abort.signal);
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(error);
    }
  }

  show(state, image) {
    const { parts, facts } = this;
    const before = this.state;
    this.state = state;
    if (image) {
      const { canvas } = parts;
      if (canvas.width !== image.width || canvas.height !== image.height) {
        canvas.width = image.width;
        canvas.height = image.height;
      }
      canvas.getContext("2d").drawImage(image, 0, 0);
      image.close();
    }
    parts.canvas.dataset.shown = `${state.episode} ${state.t}`;
    const row = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
    parts.scores.replaceChildren(row("Episode", String(state.episode)), row("Step", String(state.t)),
      row("Return", short(state.return)), row("Reward", state.reward == null ? "–" : short(state.reward)),
      row("Action", state.action ?? "–"));
    const isAgent = state.driver === "agent";
    parts.you.setAttribute("aria-pressed", String(!isAgent));
    parts.agent.setAttribute("aria-pressed", String(isAgent));
    const stands = state.paused || state.ended;
    parts.pause.textContent = stands ? "Go" : "Pause";
    parts.pause.disabled = state.ended || (!facts.is_clocked && !isAgent);
    parts.news.textContent = this.words(state);
    if (state.failure) parts.trouble.textContent = state.failure;
    this.showAdvice();
    this.showGames();
    if (before && state.over && !before.over) say(this.words(state));
    if (before && state.driver !== before.driver) say(isAgent ? "The agent drives" : "You drive");
    if (state.ended && !before?.ended) this.showEnd();
  }

  words(state) {
    if (state.ended) return "The game is over.";
    if (state.over) {
      const end = state.success ? "Success" : state.ending === "truncated" ? "Time is up" : "Over";
      return `${end}: return ${short(state.return)} in ${state.t} steps.`
        + (state.driver === "agent" ? "" : " Press a key to play again.");
    }
    if (state.driver === "agent") return state.paused ? "The agent waits." : "The agent drives.";
    const how = this.facts.can_point ? "Press a key, or drag on the stage" : "Press a key";
    if (state.paused && this.facts.is_clocked) return `${how} to start.`;
    return state.t === 0 ? `${how}.` : "You drive.";
  }

  showAdvice() {
    const { parts, state, facts } = this;
    if (!facts.has_agent) return;
    const isShown = this.showsAdvice && state.advice;
    parts.advice.textContent = this.showsAdvice ? "Hide" : "Show";
    parts.advice.setAttribute("aria-label", `${parts.advice.textContent} the agent's advice`);
    parts.values.hidden = !isShown;
    parts.measure.textContent = !this.showsAdvice ? "Hidden: decide for yourself."
      : !state.advice ? "The episode is over." : `${MEASURES[state.advice.measure]}.`;
    if (!isShown) return;
    const { numbers, best, measure } = state.advice;
    showBars(parts.values, { measure, numbers, names: facts.actions, best });
  }

  showGames() {
    const { episodes } = this.state;
    const mark = JSON.stringify(episodes.map(({ number, ending }) => [number, ending]));
    const last = this.parts.games.lastElementChild;
    const words = ({ steps, by_hand: hand, ending, success }) =>
      `${steps} steps` + (steps ? `, ${hand === steps ? "all" : hand} by hand` : "") + (ending === "running" ? "" : success ? ", success" : `, ${ending}`);
    if (mark === this.listed && last) {
      const now = episodes[episodes.length - 1];
      last.querySelector("span").textContent = words(now);
      last.querySelector("output").textContent = short(now.return);
      return;
    }
    this.listed = mark;
    this.parts.games.replaceChildren(...episodes.map((episode) => make("li", {}, make("b", {}, `#${episode.number}`),
      make("span", {}, words(episode)), make("output", {}, short(episode.return)))));
    this.parts.games.scrollTop = this.parts.games.scrollHeight;
  }

  showEnd() {
    const { parts, state } = this;
    for (const button of [parts.keep, parts.you, parts.agent]) button.disabled = true;
    parts.controls.hidden = true;
    const again = make("button", { type: "button", click: () => this.open(this.wish).catch((error) => this.trouble(error)) }, "Play again");
    parts.end.replaceChildren(...(state.run
      ? ["It is in the library: ", make("a", { href: `/run/${state.run}` }, "open the recording"), " "]
      : ["Nothing was played, so there is no recording. "]), again);
    say(state.run ? "The recording is saved" : "Nothing was played");
    this.watching?.abort();
  }

  // ---- Input

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.facts || document.querySelector("dialog[open]")) return;
    const { target, code } = event;
    if (target.matches("input:not([type=range],[type=checkbox]),textarea,select")) return;
    if (target.matches("button,summary,a") && ["Space", "Enter"].includes(code)) return;
    if (this.facts.keys.some(({ codes }) => codes.includes(code))) {
      event.preventDefault();
      if (!event.repeat) this.press(code);
      return;
    }
    const act = { t: () => this.hand(this.state?.driver === "agent" ? "person" : "agent"), p: () => this.togglePause(),
      " ": () => this.togglePause(), ".": () => this.act("step"), r: () => this.act("restart"),
      h: () => this.toggleAdvice(), k: () => this.keep() }[event.key];
    if (!act || event.repeat) return;
    event.preventDefault();
    act();
  }

  press(code) {
    this.held = [...this.held.filter((one) => one !== code), code];
    this.pad?.light(this.held);
    this.send({ pressed: code });
  }

  release(code) {
    if (!this.held.includes(code)) return;
    this.held = this.held.filter((one) => one !== code);
    this.pad?.light(this.held);
    this.send({});
  }

  releaseAll() {
    if (!this.held.length && !this.pointer) return;
    [this.held, this.pointer] = [[], null];
    this.pad?.light([]);
    this.send({});
  }

  point(place) {
    this.pointer = place;
    this.send({});
  }

  /** Sends what is held now, one request at a time: no press is lost, and of moves only the newest is sent. */
  async send(body) {
    if (!this.game || this.state?.ended) return;
    const last = this.outbox[this.outbox.length - 1];
    const next = { game: this.game, held: this.held, pointer: this.pointer, ...body };
    const isMove = (one) => one && !one.pressed && one.pointer;
    if (isMove(last) && isMove(next)) this.outbox[this.outbox.length - 1] = next; else this.outbox.push(next);
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.outbox.length) await post("/api/drive/input", this.outbox.shift());
    } catch (error) {
      this.outbox = [];
      this.trouble(error);
    }
    this.isSending = false;
  }

  async act(what, value = null) {
    if (!this.game || this.state?.ended) return;
    try {
      const state = await post("/api/drive/do", { game: this.game, what, value });
      if (!this.isClosed) this.show(state, null);
    } catch (error) {
      if (!this.isClosed) this.trouble(error);
    }
  }

  hand(driver) {
    if (driver === "agent" && !this.facts.has_agent) return;
    this.act("driver", driver);
  }

  togglePause() {
    if (!this.parts.pause.disabled) this.act("pause", !this.state?.paused);
  }

  toggleAdvice() {
    this.showsAdvice = !this.showsAdvice;
    localStorage.setItem("advice", this.showsAdvice ? "shown" : "hidden");
    if (this.state) this.showAdvice();
  }

  keep() { return this.act("finish"); }

  async another() {
    this.watching?.abort();
    this.resized.disconnect();
    await this.act("finish");
    this.game = this.facts = null;
    history.replaceState(null, "", "/drive");
    await this.choose();
  }

  trouble(error) {
    if (this.parts?.trouble) this.parts.trouble.textContent = error.message;
  }
}
