import { make, say } from "./dom.js";
import { get, post } from "./server.js";
import { counted } from "./sizes.js";

const STATES = {
  waiting: "waiting", running: "running", done: "done", interrupted: "stopped", failed: "failed",
};

/** The requested runs, the newest first, with their status. */
export class RunList {
  constructor() {
    this.rows = new Map();
    this.list = make("ol", { class: "runs", reversed: true });
    this.count = make("p", { class: "count" });
    this.trouble = make("p", { class: "trouble", role: "alert" });
    this.element = make("section", { class: "card queue", "aria-labelledby": "queue-title" },
      make("div", { class: "bar" }, make("h2", { id: "queue-title" }, "Runs"), this.count), this.trouble, this.list);
    this.seen = () => { if (!document.hidden) this.load(); };
    document.addEventListener("visibilitychange", this.seen);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }

  async load() {
    clearTimeout(this.timer);
    const mine = this.wanted = (this.wanted ?? 0) + 1;
    let isMoving = false;
    try {
      const { rows, at_once } = await get("/api/train/list");
      if (this.isClosed || mine !== this.wanted) return;
      this.show(rows, at_once);
      isMoving = rows.some(({ state }) => state === "running" || state === "waiting");
      this.trouble.textContent = "";
    } catch (error) {
      this.trouble.textContent = error.message;
    }
    if (this.isClosed || mine !== this.wanted || document.hidden) return;
    this.timer = setTimeout(() => this.load(), isMoving ? 1000 : 5000);
  }

  show(rows, atOnce) {
    const running = rows.filter(({ state }) => state === "running").length;
    const waiting = rows.filter(({ state }) => state === "waiting").length;
    this.count.textContent = rows.length
      ? `${running} running, ${waiting} waiting; ${atOnce} at once` : "";
    const shown = rows.map((row) => {
      const known = this.rows.get(row.line) ?? new RunRow(row, (what, body) => this.act(what, body));
      this.rows.set(row.line, known);
      known.show(row);
      return known.element;
    });
    // Rows that stay keep the focus.
    for (const [index, element] of shown.entries()) {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    }
    while (this.list.children.length > shown.length) this.list.lastChild.remove();
    this.list.hidden = !rows.length;
    this.empty ??= make("p", { class: "hint" }, "Nothing was started here yet. Runs continue when the browser or the studio is closed.");
    if (rows.length) this.empty.remove(); else this.list.after(this.empty);
  }

  async act(what, body) {
    try {
      await post(`/api/train/${what}`, body);
      this.trouble.textContent = "";
    } catch (error) {
      this.trouble.textContent = error.message;
    }
    await this.load();
  }
}

/** One requested run. */
class RunRow {
  constructor({ line }, act) {
    this.line = line;
    this.name = make("span", { class: "name" });
    this.state = make("span", { class: "state" });
    this.what = make("p", { class: "hint" });
    this.why = make("p", { class: "trouble" });
    this.bar = make("progress", { max: 1, value: 0 });
    this.far = make("span", { class: "count" });
    const button = (words, click) => make("button", { type: "button", class: "small", click }, words);
    this.stop = button("Stop", () => {
      say("Stopping");
      act("stop", { line });
    });
    this.resume = button("Resume", () => act("resume", { line }));
    this.steps = make("input", { inputmode: "numeric", autocomplete: "off", "aria-label": "Train until this step" });
    this.extend = make("form", { class: "extend", submit: (event) => {
      event.preventDefault();
      act("start", { resume: this.id, until: Number(this.steps.value) || this.steps.value });
    } }, this.steps, make("button", { class: "small" }, "Extend"));
    this.command = make("code", {});
    this.element = make("li", { value: line }, make("div", { class: "head" }, this.state, this.name),
      this.what, this.why,
      make("div", { class: "progress" }, this.bar, this.far),
      make("div", { class: "tools" }, this.stop, this.resume, this.extend,
        make("details", {}, make("summary", {}, "Command"), make("pre", { tabindex: 0 }, this.command))));
  }

  show(row) {
    const text = JSON.stringify(row);
    if (text === this.text) return;
    this.text = text;
    const { task, state } = row;
    this.id = row.id;
    this.element.className = state;
    this.state.textContent = STATES[state] ?? state;
    const title = task ? titleOf(task) : `line ${row.line}`;
    if (this.title !== `${title} ${row.id}`) {
      this.title = `${title} ${row.id}`;
      this.name.replaceChildren(row.id ? make("a", { href: `/run/${row.id}` }, title) : title);
    }
    this.what.textContent = task ? wordsOf(task) : "";
    this.why.textContent = row.why ?? "";
    this.bar.hidden = row.share == null || state === "done";
    this.bar.value = row.share ?? 0;
    this.bar.setAttribute("aria-label", `Progress of ${title}`);
    this.far.textContent = progressWords(row);
    const isHere = this.element.contains(document.activeElement) && document.activeElement;
    this.stop.hidden = state !== "running" && state !== "waiting";
    this.stop.textContent = state === "waiting" ? "Do not start" : "Stop";
    this.resume.hidden = !task || state !== "interrupted" && state !== "failed";
    this.resume.textContent = state === "failed" ? "Try again" : row.steps ? "Resume" : "Start";
    this.extend.hidden = state !== "done" || !row.id;
    if (state === "done" && !this.steps.value) this.steps.value = 2 * row.steps;
    this.command.textContent = row.command ?? "";
    // A button that vanishes passes its focus on.
    if (isHere?.hidden) (this.stop.hidden ? this.resume.hidden ? this.steps : this.resume : this.stop).focus();
  }
}

function titleOf(task) {
  if (task.resume) return `${stem(task.resume)}, extended`;
  return stem(task.output);
}

function stem(file) {
  return file.split("/").pop().replace(/\.sqlite$/, "");
}

function wordsOf(task) {
  const words = [];
  if (task.subject) words.push([task.subject, task.map].filter(Boolean).join(" "));
  if (task.preset && task.preset !== "default") words.push(task.preset);
  if (task.fork) words.push(`fork of ${stem(task.fork)} at ${task.at}`);
  if (task.seed != null) words.push(`seed ${task.seed}`);
  if (task.until) words.push(`to step ${counted(task.until)}`);
  words.push(...Object.entries(task.settings ?? {}).map(([name, value]) => `${name}=${value}`));
  if (task.tags) words.push(task.tags.join(", "));
  if (task.note) words.push(task.note);
  return words.join(" · ");
}

function progressWords({ state, steps, episodes, target_steps, target_episodes }) {
  if (steps == null) return "";
  const of = (count, all, words) => state === "done" || !all || all < count
    ? `${counted(count)} ${words}` : `${counted(count)} of ${counted(all)} ${words}`;
  return [of(steps, target_steps, "steps"), episodes ? of(episodes, target_episodes, "episodes") : null]
    .filter(Boolean).join(", ");
}
