import { copy, make, say } from "./dom.js";
import { Board } from "./maps-board.js";
import { CellsEditor } from "./maps-cells.js";
import { nameDialog, openDialog } from "./maps-dialogs.js";
import { RoadsEditor } from "./maps-roads.js";
import { Trial } from "./maps-trial.js";
import { download, get, path, picture, post } from "./server.js";
import { theme } from "./theme.js";

const EDITORS = { cells: CellsEditor, roads: RoadsEditor };
const MOST_UNDONE = 100;

/** The page for maps that are drawn by hand. */
export const page = {
  title: "Maps",
  keys: [["o", "open a map"], ["s", "save"], ["n", "a new one"], ["x", "a random one"],
    ["Ctrl Z", "undo (with Shift: redo)"], ["t", "set an agent loose"], ["+ - 0", "zoom in, zoom out, fit"],
    ["h", "move the map by hand"], ...CellsEditor.keys, ...RoadsEditor.keys],
  async open(root, { query }) {
    const { kinds } = await get("/api/maps");
    const maps = new MapsPage(root, kinds);
    await maps.begin(query);
    return () => maps.close();
  },
};

class MapsPage {
  constructor(root, kinds) {
    Object.assign(this, { root, kinds, version: 0, shownVersion: -1, paintedVersion: -1, undone: [], done: [] });
    this.build();
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.forgetTheme = theme.onChange(() => {
      this.paintPalette();
      this.repaint();
    });
  }

  close() {
    this.isClosed = true;
    this.keep();
    this.trial.close();
    this.board.close();
    clearTimeout(this.sharpening);
    document.removeEventListener("keydown", this.hear);
    this.forgetTheme();
  }

  // ---- The page's parts

  build() {
    const button = (words, click, more = {}) => make("button", { type: "button", click, ...more }, words);
    this.tabs = this.kinds.map((kind) => button(kind.world, () => this.choose(kind.world),
      { class: "tab", "aria-pressed": "false" }));
    this.title = make("input", { type: "text", class: "map-title", maxlength: 200, placeholder: "Untitled",
      "aria-label": "Title", change: () => this.rename() });
    this.undoButton = button("Undo", () => this.undo(), { title: "Undo (Ctrl-Z)" });
    this.redoButton = button("Redo", () => this.redo(), { title: "Redo (Ctrl-Shift-Z)" });
    this.seed = make("input", { type: "number", min: 0, value: 1, "aria-label": "Seed" });
    this.randomBox = make("div", { class: "random" });
    this.toolBox = make("div", {});
    this.board = new Board({
      label: "The map", draw: (context, board) => { if (this.draft) this.editor.draw(context, board); },
      down: (point, event) => { this.trial.stopShowing(); this.editor.down(point, event); },
      move: (point, event) => { this.editor.move(point, event); this.showStatus(); },
      up: (point, event) => this.editor.up(point, event), leave: () => this.editor.leave(),
      cancel: () => this.cancelEdit(), changed: () => this.sharpen(),
    });
    this.status = make("p", { class: "map-status" });
    this.handButton = button("Move", () => this.hand(), { class: "small", "aria-pressed": "false",
      title: "Move the map by hand (h)" });
    this.trouble = make("p", { class: "trouble", role: "alert" });
    this.verdict = make("p", { class: "verdict", role: "status" });
    this.findings = make("dl", { class: "findings" });
    this.faults = make("ul", { class: "faults" });
    this.file = make("code", {});
    this.command = make("code", {});
    this.trainLink = make("a", { class: "button" }, "Train on it");
    this.saved = make("div", { class: "saved", hidden: true }, make("p", { class: "hint" }, "Saved as ", this.file),
      make("pre", { tabindex: 0 }, this.command), make("div", { class: "tool-row" },
        button("Copy", () => copy(this.command.textContent)), this.trainLink));
    this.trial = new Trial(this);
    const tools = make("section", { class: "card map-side", "aria-label": "Tools" },
      make("h2", { class: "hidden" }, "Tools"), this.toolBox, this.randomBox);
    const stage = make("section", { class: "card map-stage", "aria-label": "Map" }, this.board.box,
      make("div", { class: "map-under" }, this.status, make("span", { class: "grow" }), this.handButton,
        button("−", () => this.board.zoom(1 / 1.4), { class: "small", "aria-label": "Smaller" }),
        button("Fit", () => this.board.fit(), { class: "small", "aria-label": "Fit the whole map" }),
        button("+", () => this.board.zoom(1.4), { class: "small", "aria-label": "Larger" })), this.trouble);
    const check = make("section", { class: "card check", "aria-label": "Check" },
      make("div", { class: "bar" }, make("h2", {}, "Check"), this.verdict), this.faults, this.findings, this.saved);
    this.root.append(
      make("h1", { class: "hidden" }, "Maps"),
      make("div", { class: "bar map-bar" },
        make("div", { class: "tabs", role: "group", "aria-label": "Kind of map" }, this.tabs), this.title,
        make("span", { class: "grow" }), make("div", { class: "map-acts" }, this.undoButton, this.redoButton,
          button("New", () => this.blank()), button("Open …", () => this.open()),
          button("Save …", () => this.save(), { class: "main" }))),
      make("p", { class: "hidden", id: "maps-help" },
        "Arrow keys move a cursor over the map, Space draws there; the key ? lists all keys."),
      make("div", { class: "map-views" }, tools, stage, make("div", { class: "map-side" }, check, this.trial.box)));
  }

  // ---- Which map

  async begin(query) {
    const world = query.get("world") ?? localStorage.getItem("maps-kind");
    const kind = this.kinds.find((each) => each.world === world) ?? this.kinds[0];
    this.choose(kind.world, query.get("map"));
  }

  /** Continues with a kind of map: the draft that was left, or its first map. */
  async choose(world, name) {
    if (this.kind) this.keep();
    this.trial.stopShowing();
    this.kind = this.kinds.find((each) => each.world === world);
    localStorage.setItem("maps-kind", world);
    this.tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.textContent === world)));
    [this.done, this.undone] = [[], []];
    this.draft = this.board.beneath = this.sent = null;
    this.editor = new EDITORS[this.kind.tools.form](this, this.kind);
    this.toolBox.replaceChildren(this.editor.box);
    this.buildRandom();
    this.board.show(null, null);
    const left = name ? null : this.left(world);
    try {
      if (left) {
        this.name = left.name;
        this.start(left.draft);
      } else {
        await this.load(name ?? this.kind.maps.find(({ saved }) => !saved)?.name ?? this.kind.maps[0]?.name);
      }
    } catch (error) {
      this.fail(error);
      await this.blank();
    }
  }

  buildRandom() {
    const { kind } = this;
    this.shares = kind.tools.shares?.map((share) => [share.name, make("input", { type: "range", min: share.low,
      max: share.high, step: 0.05, value: share.usual, "aria-label": share.label }), share.label]) ?? [];
    this.randomBox.replaceChildren(...(kind.has_random ? [make("h3", {}, "Random"),
      ...this.shares.map(([, input, label]) => make("label", { class: "field" }, make("span", {}, label), input)),
      make("div", { class: "seed" }, make("label", { class: "field" }, make("span", {}, "Seed"), this.seed),
        make("button", { type: "button", click: () => this.random(), title: "A random map (x)" }, "Make"))] : []));
  }

  left(world) {
    try {
      return JSON.parse(localStorage.getItem(`maps-${world}`));
    } catch {
      return null;
    }
  }

  /** Saves the draft beyond the page's lifetime. */
  keep() {
    if (!this.draft) return;
    try {
      localStorage.setItem(`maps-${this.kind.world}`, JSON.stringify({ draft: this.draft, name: this.name }));
    } catch {
      localStorage.removeItem(`maps-${this.kind.world}`);
    }
  }

  async load(name) {
    const { draft } = await get(path("/api/maps/open", { world: this.kind.world, name }));
    this.name = name;
    this.start(draft);
  }

  /** Shows a new draft; undo brings back the old one. */
  start(draft) {
    if (this.isClosed) return;
    if (this.draft) this.replace(draft); else this.put(draft);
    this.board.fit();
  }

  put(draft) {
    this.draft = draft;
    this.title.value = draft.title;
    this.editor.opened();
    this.board.resize(this.editor.size.width, this.editor.size.height);
    if (!this.editor.swatches?.size) this.paintPalette();
    this.edited();
  }

  async blank() {
    await this.attempt(async () => {
      const { tools, world } = this.kind;
      const sides = this.draft ? this.editor.blankSize : { width: tools.usual_width, height: tools.usual_height };
      const { draft } = await get(path("/api/maps/blank", { world, ...sides }));
      this.name = "";
      this.start(draft);
    });
  }

  async random() {
    if (!this.kind.has_random) return;
    await this.attempt(async () => {
      const sides = this.kind.tools.form === "cells" ? this.editor.blankSize : {};
      const shares = Object.fromEntries(this.shares.map(([name, input]) => [name, input.value]));
      const { draft } = await get(path("/api/maps/random",
        { world: this.kind.world, seed: this.seed.value, ...sides, ...shares }));
      this.seed.value = Number(this.seed.value) + 1;
      this.name = "";
      this.start(draft);
    });
  }

  async attempt(work) {
    this.board.box.classList.add("pending");
    try {
      this.trouble.textContent = "";
      await work();
    } catch (error) {
      this.fail(error);
    }
    this.board.box.classList.remove("pending");
  }

  fail(error) {
    if (error.name !== "AbortError" && !this.isClosed) this.trouble.textContent = error.message;
  }

  // ---- Changes

  rename() {
    this.beginEdit();
    this.draft.title = this.title.value;
    this.edited();
    this.endEdit();
  }

  /** Begins a group of changes that are undone together, until `endEdit`. */
  beginEdit() {
    this.before = JSON.stringify(this.draft);
    this.versionBefore = this.version;
  }

  edited() {
    this.version += 1;
    this.saved.hidden = true;
    this.trial.stopShowing();
    this.refresh();
    this.showStatus();
  }

  endEdit() {
    if (this.before && this.version !== this.versionBefore) {
      this.done.push(this.before);
      if (this.done.length > MOST_UNDONE) this.done.shift();
      this.undone = [];
      this.keep();
    }
    this.before = null;
    this.showStatus();
  }

  /** Cancels what was begun, because a second finger started to zoom. */
  cancelEdit() {
    this.editor.cancelled();
    if (!this.before) return;
    const { before } = this;
    this.before = null;
    if (JSON.stringify(this.draft) !== before) this.put(JSON.parse(before));
  }

  replace(draft) {
    this.beginEdit();
    this.put(draft);
    this.endEdit();
  }

  undo() { this.travel(this.done, this.undone, "Undone"); }

  redo() { this.travel(this.undone, this.done, "Redone"); }

  travel(from, to, words) {
    if (!from.length || this.before) return;
    to.push(JSON.stringify(this.draft));
    this.put(JSON.parse(from.pop()));
    this.keep();
    this.showStatus();
    say(words);
  }

  showStatus() {
    this.undoButton.disabled = !this.done.length;
    this.redoButton.disabled = !this.undone.length;
    this.status.textContent = this.editor?.status ?? "";
  }

  // ---- Pictures and findings from the server

  /** Asks for picture and findings, one request at a time: the next one is about the draft at that time. */
  async refresh() {
    if (this.isAsking || this.isClosed || !this.draft) return;
    this.isAsking = true;
    while (this.shownVersion !== this.version && !this.isClosed) {
      const { version, kind } = this;
      try {
        const { key } = await post("/api/maps/draft", { world: kind.world, draft: this.draft });
        if (kind === this.kind) {
          this.sent = { version, key };
          await Promise.all([this.paintKey(key, version), this.checkKey(key, version)]);
          this.trouble.textContent = "";
        }
      } catch (error) {
        if (kind === this.kind && version === this.version) this.refuse(error);
      }
      this.shownVersion = version;
    }
    this.isAsking = false;
  }

  /** Shows a draft that cannot be painted. */
  refuse(error) {
    this.sent = null;
    this.verdict.textContent = "1 problem";
    this.verdict.className = "verdict bad";
    this.faults.replaceChildren(make("li", {}, error.message));
    this.findings.replaceChildren();
  }

  async paintKey(key, version) {
    const size = this.board.pictureSize;
    const { kind } = this;
    const { image, headers } = await picture(path("/api/maps/picture", { key, size, theme: theme.name }));
    // A picture in another size or theme may arrive after the picture of a newer map.
    if (this.isClosed || kind !== this.kind || this.isPlaying || version < this.paintedVersion) return;
    this.paintedVersion = version;
    this.pictureSize = size;
    this.editor.pictured(version);
    this.board.resize(this.editor.size.width, this.editor.size.height);
    this.board.show(image, headers.get("X-Reel-Board").split(" ").map(Number));
    this.board.canvas.dataset.version = version;
  }

  async checkKey(key) {
    const { kind } = this;
    const { ok, verdict, lines, faults } = await get(path("/api/maps/check", { key }));
    if (this.isClosed || kind !== this.kind) return;
    this.verdict.textContent = verdict;
    this.verdict.className = `verdict ${ok ? "good" : "bad"}`;
    const isProblem = ({ label }) => label === "problem";
    this.faults.replaceChildren(...[...faults, ...lines.filter(isProblem).map(({ text }) => text)]
      .map((words) => make("li", {}, words)));
    this.findings.replaceChildren(...lines.filter((line) => !isProblem(line)).map(({ label, text }) =>
      make("div", {}, make("dt", {}, label), make("dd", {}, text))));
  }

  /** Paints the same draft again, in another theme or finer. */
  repaint() {
    if (!this.sent || this.isPlaying) return;
    this.paintKey(this.sent.key, this.sent.version).catch(() => {
      this.shownVersion = -1;
      this.refresh();
    });
  }

  /** Gets a finer picture after zooming in. */
  sharpen() {
    clearTimeout(this.sharpening);
    this.sharpening = setTimeout(() => {
      const { isFitted, pictureSize } = this.board;
      if (this.pictureSize && (isFitted ? pictureSize !== this.pictureSize : pictureSize > this.pictureSize)) {
        this.repaint();
      }
    }, 250);
  }

  async paintPalette() {
    const { kind, editor } = this;
    if (!editor?.palette) return;
    try {
      const { key } = await post("/api/maps/draft", { world: kind.world, draft: editor.palette });
      const { image, headers } = await picture(path("/api/maps/picture", { key, size: 640, theme: theme.name }));
      editor.showPalette(image, headers.get("X-Reel-Board").split(" ").map(Number));
    } catch (error) {
      this.fail(error);
    }
  }

  /** The key of the current draft. */
  async currentKey() {
    if (this.sent?.version === this.version) return this.sent.key;
    const { key } = await post("/api/maps/draft", { world: this.kind.world, draft: this.draft });
    return key;
  }

  // ---- Files

  async open() {
    await this.attempt(async () => {
      const { kinds } = await get("/api/maps");
      this.kinds = kinds;
      this.kind = kinds.find(({ world }) => world === this.kind.world);
    });
    openDialog(this.root, this.kind, {
      name: (name) => this.attempt(() => this.load(name)),
      file: (file) => this.attempt(async () => {
        const { world, draft } = await post("/api/maps/read", { text: await file.text() });
        if (world !== this.kind.world) await this.choose(world);
        this.name = "";
        this.start(draft);
      }),
    });
  }

  save() {
    nameDialog(this.root, this.kind, this.name || "", {
      save: async (name, replace) => {
        const { file, command } = await post("/api/maps/save", { key: await this.currentKey(), name, replace });
        this.name = name;
        this.kind.maps = [...this.kind.maps.filter((map) => map.name !== name), { name, saved: true }];
        this.keep();
        this.file.textContent = file;
        this.command.textContent = command;
        this.trainLink.href = path("/train", { subject: this.kind.world, map: name });
        this.saved.hidden = false;
        say(`Saved ${file}`);
      },
      download: async () => {
        const { blob } = await download(path("/api/maps/text", { key: await this.currentKey() }));
        return blob;
      },
    });
  }

  // ---- Keys

  hand() {
    this.board.isHand = !this.board.isHand;
    this.handButton.setAttribute("aria-pressed", String(this.board.isHand));
    this.board.box.classList.toggle("hand", this.board.isHand);
  }

  key(event) {
    if (document.querySelector("dialog[open]") || !this.draft) return;
    const { target } = event;
    if (target.matches("input:not([type=range],[type=checkbox]),textarea,select")) return;
    const isUndo = (event.ctrlKey || event.metaKey) && ["z", "Z", "y"].includes(event.key);
    if (isUndo) {
      event.preventDefault();
      if (event.shiftKey || event.key === "y") this.redo(); else this.undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("button,summary,a") && [" ", "Enter"].includes(event.key)) return;
    if (this.editor.key(event)) {
      event.preventDefault();
      this.showStatus();
      return;
    }
    const act = {
      o: () => this.open(), s: () => this.save(), n: () => this.blank(), x: () => this.random(),
      t: () => this.trial.begin(), h: () => this.hand(), "+": () => this.board.zoom(1.4),
      "=": () => this.board.zoom(1.4), "-": () => this.board.zoom(1 / 1.4), 0: () => this.board.fit(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
