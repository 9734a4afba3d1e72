import { copy, make, quoted, say } from "./dom.js";
import { clamp } from "./numbers.js";
import { Learning } from "./run-learning.js";
import { Mind } from "./run-mind.js";
import { save } from "./run-save.js";
import { Stage } from "./run-stage.js";
import { Why } from "./run-why.js";
import { events, get, path } from "./server.js";
import { counted } from "./sizes.js";
import { theme } from "./theme.js";

/** One recording, all of whose views follow one cursor. */
export const page = {
  title: "Run",
  keys: [["Space", "play or pause"], ["← →", "a step back or forward"],
    ["Shift ← →", "previous or next episode"], ["Home End", "first or last step"], ["[ ]", "previous or next moment"],
    ["- +", "slower or faster"], ["f", "follow a live run"], ["s", "save"], ["d", "drive from here"]],
  async open(root, { id, query }) {
    const run = new RunPage(root, id, await get(`/api/run/${id}`));
    await run.begin(query);
    return () => run.close();
  },
};

/** The page. It holds the cursor, an episode and a step `t` in it, which all views follow. */
class RunPage {
  constructor(root, id, facts) {
    Object.assign(this, { root, id, facts, t: 0, isFollowing: false });
    document.title = `${facts.title} – Reel Studio`;
    this.learning = new Learning(this);
    if (facts.has_steps) {
      this.stage = new Stage(this);
      this.mind = new Mind(this);
      this.why = new Why(this);
    }
    this.build();
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.forgetTheme = theme.onChange(() => this.refresh());
    let timer;
    this.resized = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => this.draw(), 150);
    });
    this.resized.observe(this.learning.curve.box);
    this.stop = events(id, { run: (event) => this.grow(event) });
  }

  close() {
    this.isClosed = true;
    this.stage?.pause();
    this.stop();
    this.resized.disconnect();
    this.forgetTheme();
    document.removeEventListener("keydown", this.hear);
  }

  /** An address for this run. */
  api(what, query) {
    return path(`/api/run/${this.id}/${what}`, query);
  }

  // ---- The page's parts

  build() {
    const { facts } = this;
    const hasWorld = facts.has_steps && !facts.is_text;
    this.status = make("span");
    this.drive = make("a", { class: "button", href: path("/drive", { run: this.id }) }, "Drive");
    this.fork = make("a", { class: "button", href: path("/train", { fork: this.id }) }, "Fork here");
    this.command = make("code");
    const title = make("div", { class: "title" },
      make("h1", {}, facts.title), make("code", { class: "file" }, facts.file), this.status,
      make("span", { class: "grow" }),
      facts.is_text && facts.purpose === "train"
        ? make("a", { class: "button", href: path("/write", { model: this.id }) }, "Write") : null,
      hasWorld ? this.drive : null, facts.purpose === "train" ? this.fork : null,
      make("button", { type: "button", click: () => save(this) }, "Save …"));
    const views = facts.has_steps
      ? make("div", { class: "views" }, this.stage.card,
        make("div", { class: "side" }, this.learning.card, this.mind.card, this.why.card))
      : this.learning.card;
    const command = make("details", { class: "card command" }, make("summary", {}, "The same in a terminal"),
      make("pre", { tabindex: 0 }, this.command),
      make("button", { type: "button", click: () => copy(this.command.textContent) }, "Copy"));
    const settings = make("details", { class: "card settings" }, make("summary", {}, "Settings"),
      make("dl", {}, Object.entries(facts.settings ?? {}).map(([name, value]) => make("div", {},
        make("dt", {}, name), make("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))))));
    this.root.append(title, views, command, settings);
    this.showStatus(facts);
    this.name();
  }

  // ---- The cursor

  async begin(query) {
    const [episode, t] = [query.get("episode"), query.get("t")];
    this.learning.begin();
    if (!this.facts.has_steps) return;
    const isLive = this.facts.status === "writing";
    this.isFollowing = isLive && !episode;
    const word = episode ?? (isLive ? "newest" : "best");
    const isOpen = await this.openEpisode(word, t == null ? null : Number(t));
    if (!isOpen) await this.openEpisode("newest");
    this.follow(this.isFollowing);
  }

  /** Opens the episode of a number or a word, such as "best" or ">5", at a step; false if there is none. */
  async openEpisode(word, t = null) {
    try {
      const episode = await get(this.api("episode", { number: word }));
      if (this.isClosed) return true;
      this.open(episode, t ?? (this.isFollowing ? episode.steps : 0));
      return true;
    } catch (error) {
      this.stage.trouble(error);
      return false;
    }
  }

  open(episode, t) {
    this.episode = episode;
    this.stage.open(episode);
    this.seek(t);
  }

  /** Puts the cursor at a step of the open episode; every view follows. */
  seek(t, { isPlaying = false } = {}) {
    this.t = clamp(t, 0, this.episode.steps);
    this.stage.show(isPlaying);
    this.learning.mark();
    // The frame comes first; slower views follow when the cursor rests, or now and then while it moves.
    const now = performance.now();
    clearTimeout(this.thinking);
    this.thought ??= now;
    const think = () => { this.thought = null; if (!this.isClosed) this.mind.show(); };
    if (now - this.thought > 300) think(); else this.thinking = setTimeout(think, 50);
    clearTimeout(this.studying);
    if (!isPlaying) this.studying = setTimeout(() => this.why.show(), 200);
    clearTimeout(this.naming);
    this.naming = setTimeout(() => this.name(), 300);
  }

  /** The step of the run at the cursor. */
  get step() {
    const { first_step: first, stride, steps } = this.episode;
    return first + Math.min(this.t, steps - 1) * stride;
  }

  /** How many steps had been learned from at the cursor's state. */
  get learned() {
    return this.t >= this.episode.steps ? this.step + 1 : this.step;
  }

  /** Any action by hand stops playing and following. */
  halt() {
    this.stage.pause();
    this.follow(false);
  }

  move(by) {
    this.halt();
    this.seek(this.t + by);
  }

  moveEpisode(by) {
    this.halt();
    this.openEpisode(`${by > 0 ? ">" : "<"}${this.episode.episode}`, 0);
  }

  /** Goes to a step of an episode, and says why. */
  goTo({ episode, t, sentence }) {
    this.halt();
    this.openEpisode(String(episode), t);
    if (sentence) say(sentence);
  }

  /** Goes to a step of the run. */
  async goToStep(step) {
    this.halt();
    try {
      const { episode, t } = await get(this.api("place", { step }));
      await this.openEpisode(String(episode), t);
    } catch (error) {
      this.stage.trouble(error);
    }
  }

  /** Writes the cursor into the address, the links and the commands. */
  name() {
    if (this.isClosed) return;
    const file = quoted(this.facts.file);
    const { episode, t, step } = this.episode ? { ...this.episode, t: this.t, step: this.step } : {};
    if (!episode) {
      this.command.textContent = `reel curve ${file} -o curve.png`;
      return;
    }
    history.replaceState(null, "", path(`/run/${this.id}`, { episode, t }));
    this.drive.href = path("/drive", { run: this.id, episode, t });
    this.fork.href = path("/train", { fork: this.id, step });
    this.command.textContent = [
      `reel render ${file} --episode ${episode} -o frames/`,
      `reel film ${file} --episode ${episode} -o episode.gif`,
      `reel curve ${file} -o curve.png`,
      ...(this.mind.isMapped ? [`reel heatmap ${file} --at ${this.learned} -o map.png`] : []),
      `reel explain ${file} --at ${step}`,
    ].join("\n");
  }

  // ---- A run that is being written

  follow(isFollowing) {
    const isLive = this.facts.status === "writing";
    this.isFollowing = isFollowing && isLive;
    const { follow } = this.stage;
    follow.hidden = !isLive;
    follow.setAttribute("aria-pressed", String(this.isFollowing));
    if (this.isFollowing) {
      this.stage.pause();
      this.openEpisode("newest");
    }
  }

  grow(event) {
    if (event.error) {
      this.stage?.trouble(new Error(event.error));
      return;
    }
    Object.assign(this.facts, event);
    this.showStatus(event);
    this.root.dataset.steps = event.steps;
    if (this.isFollowing) this.openEpisode("newest");
    clearTimeout(this.growing);
    this.growing = setTimeout(() => this.draw(), 600);
    if (event.status !== "writing") {
      this.learning.loadMoments();
      if (this.stage) this.follow(false);
    }
  }

  showStatus({ status, steps, episodes }) {
    const words = { writing: "live", interrupted: "interrupted", finished: "" }[status] ?? status;
    this.status.className = `status ${status}`;
    this.status.textContent =
      `${words ? `${words} · ` : ""}${counted(steps)} steps · ${counted(episodes)} episodes`;
  }

  // ---- The rest

  draw() {
    if (this.isClosed) return;
    this.learning.draw();
    if (this.episode) this.stage.drawStrip();
  }

  refresh() {
    this.draw();
    if (!this.episode) return;
    this.stage.forget();
    this.mind.forget();
    if (this.stage.playing) this.stage.play(); else this.seek(this.t);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (target.matches("input:not([type=range],[type=checkbox]),textarea,select")) return;
    if (target.matches("button,summary,a") && [" ", "Enter"].includes(event.key)) return;
    if (!this.episode) return;
    const { stage } = this;
    const act = {
      " ": () => stage.toggle(),
      ArrowLeft: () => event.shiftKey ? this.moveEpisode(-1) : this.move(-1),
      ArrowRight: () => event.shiftKey ? this.moveEpisode(1) : this.move(1),
      Home: () => this.move(-Infinity), End: () => this.move(Infinity),
      "[": () => this.learning.jump(-1), "]": () => this.learning.jump(1),
      "-": () => stage.setSpeed(stage.speed - 1), "+": () => stage.setSpeed(stage.speed + 1),
      "=": () => stage.setSpeed(stage.speed + 1),
      f: () => this.follow(!this.isFollowing), s: () => save(this), d: () => { this.name(); this.drive.click(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
