import { choice, make, say } from "./dom.js";
import { short } from "./numbers.js";
import { events, get, path, post } from "./server.js";
import { bytes, counted } from "./sizes.js";
import { go } from "./studio.js";
import { theme } from "./theme.js";

const ORDERS = {
  changed: ["newest", (run) => -run.changed],
  name: ["name", (run) => run.name.toLowerCase()],
  return: ["return", (run) => -(run.mean_return_last_100 ?? -Infinity)],
  best: ["best return", (run) => -(run.max_return ?? -Infinity)],
  steps: ["steps", (run) => -(run.steps ?? 0)],
  bytes: ["size", (run) => -(run.bytes ?? 0)],
};
const GROUPS = {
  "": "nothing", world: "world", trainer: "trainer", map_name: "map", seed: "seed",
  status: "status", purpose: "purpose", preset: "preset",
};
const MOST = 6;

/** All recordings of the studio's folders. */
export const page = {
  title: "Library",
  keys: [["n", "open the newest"], ["/", "search"], ["↑ ↓", "move"], ["Enter", "open"],
    ["x", "select to compare"], ["c", "compare what is selected"], ["e", "edit tags and note"]],
  open(root) {
    const library = new Library(root);
    return () => library.close();
  },
};

class Library {
  constructor(root) {
    this.root = root;
    this.runs = [];
    this.rows = new Map();
    this.chosen = new Set();
    this.order = sessionStorage.getItem("order") ?? "changed";
    this.group = sessionStorage.getItem("group") ?? "";
    this.search = make("input", {
      type: "search", placeholder: "Search world, trainer, tag …", "aria-label": "Search",
      input: () => this.arrange(),
    });
    this.count = make("p", { class: "count" });
    this.compare = make("button", { type: "button", disabled: true, click: () => this.compareChosen() },
      "Compare");
    this.list = make("div", { class: "library" });
    root.append(
      make("h1", { class: "hidden" }, "Library"),
      make("div", { class: "bar" }, this.search,
        choice("Sort by", Object.entries(ORDERS).map(([key, [words]]) => [key, words]), this.order,
          (value) => { this.order = value; sessionStorage.setItem("order", value); this.arrange(); }),
        choice("Group by", Object.entries(GROUPS), this.group,
          (value) => { this.group = value; sessionStorage.setItem("group", value); this.arrange(); }),
        this.compare, this.count),
      this.list);
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) this.paint(entry.target);
      }
    }, { rootMargin: "200px" });
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.stop = events(null, { library: () => this.load(), open: () => this.load() });
    this.forgetTheme = theme.onChange(() => this.repaint());
    this.load(50).then(() => this.load());
  }

  close() {
    this.stop();
    this.seen.disconnect();
    this.forgetTheme();
    document.removeEventListener("keydown", this.hear);
  }

  async load(count) {
    if (this.isLoading && !count) {
      this.isStale = true;
      return;
    }
    this.isLoading = true;
    try {
      const { rows, count: all } = await get(path("/api/library", { count }));
      this.runs = rows;
      this.all = all;
      this.arrange();
    } catch (error) {
      this.count.textContent = error.message;
    }
    this.isLoading = false;
    if (this.isStale) {
      this.isStale = false;
      setTimeout(() => this.load(), 500);
    }
  }

  /** The recordings that match the search, live ones first. */
  get shown() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (run) => [run.name, run.world, run.map_name, run.trainer, run.preset, run.purpose,
      run.status, run.note, ...(run.tags ?? []), `seed ${run.seed}`].join(" ").toLowerCase();
    const [, value] = ORDERS[this.order];
    const live = (run) => run.status === "writing" ? 0 : 1;
    return this.runs.filter((run) => words.every((word) => text(run).includes(word)))
      .map((run) => [live(run), value(run), run])
      .sort(([a, x], [b, y]) => a - b || (x < y ? -1 : x > y ? 1 : 0)).map(([, , run]) => run);
  }

  arrange() {
    const { shown } = this;
    const groups = new Map();
    for (const run of shown) {
      const key = this.group ? String(run[this.group] || "–") : "";
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(run);
    }
    const focused = document.activeElement?.closest(".recording")?.dataset.id;
    this.list.replaceChildren(...[...groups].flatMap(([key, runs]) => [
      this.group ? make("h2", {}, `${key} `, make("small", {}, `${runs.length}`)) : null,
      make("ul", { class: "recordings" }, runs.map((run) => this.row(run))),
    ].filter(Boolean)));
    if (focused) this.rows.get(focused)?.element.querySelector("a").focus({ preventScroll: true });
    const rest = this.all - this.runs.length;
    this.count.textContent = shown.length === this.runs.length
      ? `${this.all} recording${this.all === 1 ? "" : "s"}${rest > 0 ? ", loading …" : ""}`
      : `${shown.length} of ${this.all}`;
    if (!this.all) {
      this.list.replaceChildren(make("section", { class: "card empty" },
        make("h2", {}, "No recordings yet"),
        make("p", {}, "Train something: ", make("a", { href: "/train" }, "start here"),
          ", or in a terminal: ", make("code", {}, "reel train maze"))));
    }
    this.compare.disabled = this.chosen.size < 2;
    this.compare.textContent = this.chosen.size ? `Compare ${this.chosen.size}` : "Compare";
  }

  /** A run's row, built again only if something has changed. */
  row(run) {
    const known = this.rows.get(run.id);
    const text = JSON.stringify(run);
    if (known?.text === text) return known.element;
    if (known) this.seen.unobserve(known.element);
    const element = run.failure ? this.brokenRow(run) : this.wholeRow(run);
    element.dataset.id = run.id;
    element.dataset.changed = run.changed;
    this.rows.set(run.id, { text, element });
    this.seen.observe(element);
    return element;
  }

  brokenRow(run) {
    return make("li", { class: "recording broken" },
      make("a", { href: `/run/${run.id}` }, run.name), make("p", {}, run.failure));
  }

  wholeRow(run) {
    const box = make("input", {
      type: "checkbox", checked: this.chosen.has(run.id), "aria-label": `Select ${run.name} to compare`,
      change: () => this.choose(run.id, box),
    });
    const what = [run.world, run.map_name].filter(Boolean).join(" ");
    const status = { writing: "live", interrupted: "interrupted" }[run.status];
    const tags = run.tags.map((tag) => make("button", {
      type: "button", class: "tag", click: () => { this.search.value = tag; this.arrange(); },
    }, tag));
    return make("li", { class: "recording" },
      make("label", { class: "box" }, box),
      make("span", { class: "thumb", "aria-hidden": "true" }),
      make("div", { class: "what" },
        make("a", { href: `/run/${run.id}` }, run.name),
        status ? make("span", { class: `status ${run.status}` }, status) : null,
        make("p", {}, `${what} · ${run.trainer}`,
          run.preset && run.preset !== "default" ? ` (${run.preset})` : "",
          run.purpose === "train" ? "" : ` · ${run.purpose}`,
          run.seed == null ? "" : ` · seed ${run.seed}`),
        make("p", { class: "label" }, tags, run.note ? make("span", { class: "note" }, run.note) : null,
          make("button", {
            type: "button", class: "edit", "aria-label": `Edit tags and note of ${run.name}`,
            click: () => this.edit(run),
          }, run.tags.length || run.note ? "Edit" : "Tag"))),
      make("span", { class: "spark", "aria-hidden": "true" }),
      number("return", run.mean_return_last_100 == null ? "–" : short(run.mean_return_last_100)),
      number("best", run.max_return == null ? "–" : short(run.max_return)),
      number("steps", counted(run.steps)), number("episodes", counted(run.episodes)),
      number("size", bytes(run.bytes)));
  }

  choose(id, box) {
    if (box.checked && this.chosen.size >= MOST) {
      box.checked = false;
      say(`At most ${MOST} runs can be compared`);
      return;
    }
    if (box.checked) this.chosen.add(id); else this.chosen.delete(id);
    this.arrange();
  }

  compareChosen() {
    if (this.chosen.size > 1) go(`/compare?runs=${[...this.chosen].join(",")}`);
  }

  /** The pictures of a visible row. */
  paint(row) {
    const { id, changed } = row.dataset;
    const key = `${changed} ${theme.name}`;
    if (row.dataset.painted === key || !row.querySelector(".thumb")) return;
    row.dataset.painted = key;
    for (const [part, width, height] of [["thumb", 96, 64], ["spark", 132, 44]]) {
      const place = row.querySelector(`.${part}`);
      const image = make("img", {
        src: path(`/api/library/${part}`, { id, theme: theme.name, changed }), alt: "", width, height,
        decoding: "async", error: () => place.replaceChildren(),
        // The old picture stays until the new one is loaded.
        load: () => place.replaceChildren(image),
      });
    }
  }

  repaint() {
    for (const row of this.list.querySelectorAll(".recording")) {
      this.seen.unobserve(row);
      this.seen.observe(row);
    }
  }

  edit(run) {
    const tags = make("input", { value: run.tags.join(", "), maxlength: 1000 });
    const note = make("textarea", { rows: 4, maxlength: 10000 }, run.note);
    const trouble = make("p", { class: "trouble", role: "alert" });
    const dialog = make("dialog", { class: "label-editor", close: () => dialog.remove() },
      make("h2", {}, run.name),
      make("label", {}, make("span", {}, "Tags, separated by commas"), tags),
      make("label", {}, make("span", {}, "Note"), note), trouble,
      make("p", { class: "buttons" },
        make("button", {
          type: "button", class: "main", click: async () => {
            const words = tags.value.split(",").map((word) => word.trim()).filter(Boolean);
            try {
              await post("/api/library/label", { id: run.id, tags: words, note: note.value });
              dialog.close();
              this.load();
            } catch (error) {
              trouble.textContent = error.message;
            }
          },
        }, "Save"),
        make("button", { type: "button", click: () => dialog.close() }, "Cancel")));
    this.root.append(dialog);
    dialog.showModal();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target === this.search && event.key === "Escape") {
      this.search.value = "";
      this.arrange();
      this.search.blur();
      return;
    }
    if (event.target.matches("input:not([type=checkbox]),textarea,select")) return;
    const links = [...this.list.querySelectorAll(".recording a")];
    const here = document.activeElement?.closest(".recording");
    const place = links.findIndex((link) => here?.contains(link));
    const act = {
      n: () => {
        const newest = this.runs.filter((run) => !run.failure)
          .reduce((best, run) => !best || run.changed > best.changed ? run : best, null);
        if (newest) go(`/run/${newest.id}`);
      },
      "/": () => this.search.focus(),
      ArrowDown: () => links[Math.min(links.length - 1, place + 1)]?.focus(),
      ArrowUp: () => links[Math.max(0, place - 1)]?.focus(),
      x: () => here?.querySelector("input")?.click(),
      c: () => this.compareChosen(),
      e: () => here?.querySelector(".edit")?.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

function number(name, text) {
  return make("span", { class: `number ${name}` }, make("small", {}, name), text);
}
