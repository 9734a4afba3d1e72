import { drawnChart } from "./chart.js";
import { choice, make, say } from "./dom.js";
import { clamp, short } from "./numbers.js";
import { get, Latest, picture, pictures } from "./server.js";
import { theme } from "./theme.js";

/** The playback speeds; 1 is ten steps per second. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
export const SPEED_NAMES = ["¼×", "½×", "1×", "2×", "4×", "8×", "16×", "32×", "64×"];

/** The episode: its frames, actions, rewards and returns, and its player. */
export class Stage {
  constructor(run) {
    Object.assign(this, { run, speed: 2 });
    this.build();
    this.frames = new Latest({
      load: async (t, signal) => (await picture(run.api("stage",
        { episode: run.episode.episode, t, ...this.look }), { signal })).image,
      show: (t, image) => this.paint(image, t), fail: (error) => this.trouble(error), kept: 48,
    });
    this.facts = new Latest({
      load: (key, signal) => {
        const [episode, t] = key.split(" ");
        return get(run.api("moment", { episode, t }), { signal });
      },
      show: (key, moment) => this.describe(moment), fail: (error) => this.trouble(error),
    });
  }

  build() {
    const { run } = this;
    const button = (words, label, click, name = "") =>
      make("button", { type: "button", class: name, "aria-label": label, click }, words);
    this.canvas = make("canvas", { class: "board", role: "img", "aria-label": "The episode", width: 640, height: 480 });
    this.number = make("input", {
      type: "number", min: 1, class: "episode", "aria-label": "Episode",
      change: () => { run.halt(); run.openEpisode(this.number.value, 0); },
    });
    this.count = make("span", { class: "of" });
    this.time = make("input", {
      type: "range", class: "time", min: 0, max: 0, value: 0, "aria-label": "Step",
      input: () => { run.halt(); run.seek(Number(this.time.value)); },
    });
    this.playButton = button("Play", "Play", () => this.toggle(), "play main");
    this.speedChoice = choice("Speed", SPEEDS.map((_, place) => [String(place), SPEED_NAMES[place]]), "2",
      (value) => this.setSpeed(Number(value)));
    this.follow = make("button", { type: "button", "aria-pressed": "false", click: () => run.follow(!run.isFollowing) },
      "Follow");
    this.words = make("p", { class: "trouble", role: "alert" });
    this.now = make("dl", { class: "now" });
    this.strip = drawnChart("strip", (x) => { run.halt(); run.seek(Math.round(x)); });
    const looks = run.facts.mind === "attention" && run.facts.policy === "gpt"
      ? make("label", { class: "choice" }, make("input", {
        type: "checkbox", change: (event) => {
          this.hasAttention = event.target.checked;
          this.forget();
          if (this.playing) this.play(); else run.seek(run.t);
        },
      }), make("span", {}, "What it looked at")) : null;
    this.card = make("section", { class: "card stage", "aria-label": "Episode" },
      make("div", { class: "bar" },
        button("«", "Previous episode", () => run.moveEpisode(-1)),
        make("label", { class: "choice" }, make("span", {}, "Episode"), this.number), this.count,
        button("»", "Next episode", () => run.moveEpisode(1)), make("span", { class: "grow" }),
        ["first", "worst", "best", "last"].map((word) => button(word, `The ${word} episode`, () => {
          run.halt();
          run.openEpisode(word);
        }, "small"))),
      make("figure", { class: "screen" }, this.canvas), this.time,
      make("div", { class: "controls" },
        button("◀", "Step back", () => run.move(-1)), this.playButton, button("▶", "Step forward", () => run.move(1)),
        this.speedChoice, this.follow, looks),
      this.words, this.now, this.strip.box);
  }

  // ---- The cursor

  open({ episode, steps }) {
    this.number.value = episode;
    this.number.max = this.run.facts.episodes;
    this.count.textContent = `of ${this.run.facts.episodes.toLocaleString("en")}`;
    this.time.max = steps;
    if (this.opened !== episode) this.forget();
    if (this.opened !== episode || this.drawnSteps !== steps) this.drawStrip();
    this.opened = episode;
  }

  /** Shows the cursor's place; the frames of a playing episode arrive by themselves. */
  show(isPlaying) {
    const { episode: { episode, steps }, t } = this.run;
    this.time.value = t;
    this.time.setAttribute("aria-valuetext", `Step ${t} of ${steps}`);
    if (!isPlaying) {
      const near = [1, -1, 2, 3, -2].map((by) => t + by).filter((at) => at >= 0 && at <= steps);
      this.frames.want(t, near);
    }
    this.facts.want(`${episode} ${t}`);
    this.strip.mark(t);
  }

  forget() {
    this.frames.forget();
  }

  // ---- Frames

  /** The look of frames: as large as there is space for. */
  get look() {
    const width = this.canvas.parentElement.clientWidth || 640;
    const size = clamp(width * Math.min(devicePixelRatio, 2), 240, 1280);
    return { theme: theme.name, size: Math.round(size / 16) * 16, attention: this.hasAttention ? 1 : null };
  }

  paint(image, t) {
    const { canvas, run } = this;
    if (canvas.width !== image.width || canvas.height !== image.height) {
      canvas.width = image.width;
      canvas.height = image.height;
    }
    canvas.getContext("2d").drawImage(image, 0, 0);
    canvas.dataset.shown = `${run.episode.episode} ${t}`;
    this.words.textContent = "";
  }

  describe(moment) {
    const { episode } = this.run;
    const row = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
    this.now.replaceChildren(
      row("Step", `${moment.t} / ${episode.steps}`), row("Return", short(this.returnAt(moment.t))),
      row(moment.end ? "Ended" : "Action", moment.end ? episode.ending : String(moment.action)),
      row("Reward", moment.end ? "–" : short(moment.reward)), row("Run's step", String(moment.step)),
      row("State", moment.state));
    this.canvas.setAttribute("aria-label",
      `Step ${moment.t} of ${episode.steps}, ${moment.end ? episode.ending : `next ${moment.action}`}`);
    this.run.mind.take(moment.end ? null : moment.action);
  }

  returnAt(t) {
    const { xs, ys } = this.returns ?? { xs: [0], ys: [0] };
    const after = xs.findIndex((x) => x > t);
    return ys[(after < 0 ? xs.length : after) - 1] ?? 0;
  }

  async drawStrip() {
    const { strip, run } = this;
    const { episode, steps } = run.episode;
    this.drawnSteps = steps;
    const width = Math.round(clamp(strip.box.clientWidth, 240, 1200));
    try {
      const drawn = await get(run.api("strip", { episode, theme: theme.name, width, height: 110 }));
      if (episode !== run.episode.episode) return;
      this.returns = drawn;
      strip.show(drawn, "Return within the episode");
      strip.mark(run.t);
      const known = this.facts.known.get(`${episode} ${run.t}`);
      if (known) this.describe(known);
    } catch (error) {
      strip.say(error.message);
    }
  }

  trouble(error) {
    this.words.textContent = error.message;
  }

  // ---- Playing

  toggle() {
    if (this.playing) this.pause(); else this.play();
  }

  async play() {
    const { run } = this;
    this.pause();
    run.follow(false);
    const abort = this.playing = new AbortController();
    this.label();
    try {
      await pictures(run.api("play", {
        episode: run.episode.episode, t: run.t >= run.episode.steps ? 0 : run.t, speed: SPEEDS[this.speed], ...this.look,
      }), 2, async ({ image, numbers: [episode, t] }) => {
        if (episode !== run.episode.episode && !abort.signal.aborted) {
          const next = await get(run.api("episode", { number: episode }));
          if (abort.signal.aborted) return;
          run.episode = next;
          this.open(next);
        }
        if (abort.signal.aborted) return;
        this.paint(image, t);
        run.seek(t, { isPlaying: true });
      }, { signal: abort.signal });
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(error);
    }
    if (this.playing === abort) this.pause();
  }

  pause() {
    if (!this.playing) return;
    this.playing.abort();
    this.playing = null;
    this.label();
    if (!this.run.isClosed) this.run.seek(this.run.t);
  }

  label() {
    const name = this.playing ? "Pause" : "Play";
    this.playButton.textContent = name;
    this.playButton.setAttribute("aria-label", name);
  }

  setSpeed(place) {
    this.speed = clamp(place, 0, SPEEDS.length - 1);
    this.speedChoice.querySelector("select").value = String(this.speed);
    say(SPEED_NAMES[this.speed]);
    if (this.playing) this.play();
  }
}
