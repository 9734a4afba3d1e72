import { make, say } from "./dom.js";
import { clamp, short } from "./numbers.js";
import { get, path, pictures, post } from "./server.js";
import { counted } from "./sizes.js";
import { theme } from "./theme.js";

/** Trains an agent on the map that is drawn, and shows it there. */
export class Trial {
  constructor(page) {
    this.page = page;
    this.button = make("button", { type: "button", class: "main", title: "Set an agent loose (t)",
      click: () => this.begin() }, "Set an agent loose");
    this.stopButton = make("button", { type: "button", hidden: true, click: () => this.stop() }, "Stop");
    this.bar = make("progress", { max: 1, value: 0, hidden: true, "aria-label": "Learned" });
    this.words = make("p", { class: "hint", role: "status" }, "It learns for up to 20 seconds.");
    this.numbers = make("dl", {});
    this.link = make("a", { class: "button", hidden: true }, "Open the run");
    this.shows = ["first", "best", "last"].map((word) => make("button", {
      type: "button", class: "small", click: () => this.watch(word) }, word));
    this.watching = make("div", { class: "tool-row watching", role: "group", "aria-label": "Watch an episode",
      hidden: true }, make("span", {}, "Watch"), this.shows);
    this.trouble = make("p", { class: "trouble", role: "alert" });
    this.box = make("section", { class: "card trial", "aria-label": "Try" }, make("h2", {}, "Try it"),
      make("div", { class: "tool-row" }, this.button, this.stopButton), this.bar, this.words, this.numbers,
      this.watching, this.link, this.trouble);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.stopShowing();
  }

  async begin() {
    if (this.button.disabled) return;
    const { page } = this;
    this.stopShowing();
    this.trouble.textContent = "";
    this.link.hidden = this.watching.hidden = true;
    this.numbers.replaceChildren();
    this.button.disabled = true;
    try {
      this.version = page.version;
      const key = await page.currentKey();
      this.show(await post("/api/maps/try", { key, name: page.name }));
      this.poll();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    this.button.disabled = false;
    this.stopButton.hidden = this.bar.hidden = true;
    this.trouble.textContent = error.message;
    this.words.textContent = "";
  }

  poll() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (this.isClosed) return;
      try {
        const state = await get("/api/maps/try");
        if (!this.isClosed) this.show(state);
      } catch (error) {
        this.fail(error);
      }
    }, 400);
  }

  async stop() {
    try {
      await post("/api/maps/stop", {});
    } catch (error) {
      this.fail(error);
    }
  }

  show(state) {
    const isLearning = state.status === "learning";
    this.button.disabled = isLearning;
    this.stopButton.hidden = this.bar.hidden = !isLearning;
    this.bar.value = state.share;
    this.id = state.id;
    const row = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
    this.numbers.replaceChildren(row("Episodes", counted(state.episodes)), row("Steps", counted(state.steps)),
      ...(isLearning ? [row("Last return", short(state.last_return))]
        : [row("Mean of the last 100", short(state.mean ?? 0)), row("Best", short(state.best ?? 0))]));
    this.link.href = `/run/${state.id}`;
    this.link.hidden = !state.is_there;
    if (isLearning) {
      this.words.textContent = "Learning …";
      this.poll();
      return;
    }
    if (state.status === "failed") {
      this.fail(new Error(state.failure));
      return;
    }
    this.words.textContent = `${state.complete ? "Done" : "Stopped"} after ${state.seconds.toFixed(1)} s`;
    say(this.words.textContent);
    this.watching.hidden = state.episodes === 0;
    if (state.episodes > 0 && !matchMedia("(prefers-reduced-motion:reduce)").matches) this.watch("best");
  }

  // ---- On the map

  /** Shows an episode on the map, while it is still the map that the agent was trained on. */
  async watch(word) {
    const { page } = this;
    this.stopShowing();
    if (page.version !== this.version) {
      this.trouble.textContent = "the map has changed since: set an agent loose again";
      return;
    }
    const abort = this.showing = new AbortController();
    const { signal } = abort;
    const api = (what, query) => path(`/api/run/${this.id}/${what}`, query);
    page.isPlaying = true;
    try {
      const number = { first: 1, last: "newest" }[word] ?? word;
      const { episode, steps } = await get(api("episode", { number }), { signal });
      this.words.textContent = `Episode ${episode}, ${steps} steps`;
      const speed = clamp(steps / 60, 0.5, 20);
      const { shares } = page.board;
      await pictures(api("play", { episode, t: 0, speed, size: page.board.pictureSize, theme: theme.name }), 2,
        async ({ image, numbers: [shown] }) => {
          if (signal.aborted) return;
          if (shown !== episode) abort.abort();
          else if (image) page.board.show(image, shares);
        }, { signal });
    } catch (error) {
      if (error.name !== "AbortError" && !this.isClosed) this.trouble.textContent = error.message;
    }
    // The last frame stays for a moment.
    if (this.showing === abort) this.resting = setTimeout(() => this.stopShowing(), 1500);
  }

  stopShowing() {
    clearTimeout(this.resting);
    if (!this.showing) return;
    this.showing.abort();
    this.showing = null;
    this.page.isPlaying = false;
    if (!this.isClosed) this.page.repaint();
  }
}
