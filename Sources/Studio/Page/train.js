import { copy, make, say } from "./dom.js";
import { get, path, post } from "./server.js";
import { bytes, counted } from "./sizes.js";
import { RunList } from "./train-list.js";

/** A form for everything that can be trained, and the runs that were started with it. */
export const page = {
  title: "Train",
  keys: [["Ctrl Enter", "start"], ["/", "find a setting"]],
  async open(root, { query }) {
    const form = new TrainingForm(query);
    const list = new RunList();
    form.started = () => list.load();
    root.append(make("div", { class: "train" }, form.element, list.element));
    await form.begin();
    list.load();
    return () => {
      form.close();
      list.close();
    };
  },
};

/** The requested run: a new one, or a fork of another run at a step with other settings. */
class TrainingForm {
  constructor(query) {
    this.fork = query.get("fork");
    [this.wantedSubject, this.wantedMap] = [query.get("subject"), query.get("map")];
    this.step = query.get("step") ?? "end";
    this.rows = new Map();
    this.checks = 0;
    this.parts = {
      subject: make("select", { id: "subject", change: () => this.chooseSubject() }),
      preset: make("select", { id: "preset", change: () => this.choosePreset() }),
      map: make("input", { id: "map", list: "maps", autocomplete: "off", input: () => this.changed() }),
      maps: make("datalist", { id: "maps" }),
      text: make("input", {
        id: "text", placeholder: "/usr/share/common-licenses", autocomplete: "off", input: () => this.changed(),
      }),
      at: make("input", { id: "at", value: this.step, autocomplete: "off", input: () => this.changed() }),
      until: make("input", { id: "until", inputmode: "numeric", autocomplete: "off", input: () => this.changed() }),
      seeds: make("input", { id: "seeds", value: "1", autocomplete: "off", input: () => this.changed() }),
      name: make("input", { id: "name", autocomplete: "off", placeholder: "chosen automatically",
        input: () => this.changed() }),
      tags: make("input", { id: "tags", autocomplete: "off", input: () => this.changed() }),
      note: make("input", { id: "note", input: () => this.changed() }),
      find: make("input", { type: "search", placeholder: "Find a setting", "aria-label": "Find a setting",
        input: () => this.find() }),
      settings: make("div", { class: "settings" }),
      presetHelp: make("small", {}),
      command: make("code", {}),
      size: make("p", { class: "hint", role: "status" }),
      trouble: make("p", { class: "trouble", role: "alert" }),
      start: make("button", { type: "submit", class: "main" }, "Start"),
      changes: make("span", { class: "count" }),
    };
    this.element = make("section", { class: "card form", "aria-labelledby": "form-title" });
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
  }

  close() {
    document.removeEventListener("keydown", this.hear);
    clearTimeout(this.timer);
  }

  async begin() {
    const { parts } = this;
    if (this.fork) {
      this.recorded = await get(path("/api/train/recorded", { id: this.fork }));
    } else {
      const { subjects, problems } = await get("/api/train/form");
      this.subjects = subjects;
      parts.subject.replaceChildren(...subjects.map(({ name }) => make("option", {}, name)));
      if (problems.length) parts.trouble.textContent = problems.join("; ");
    }
    const form = make("form", { autocomplete: "off", submit: (event) => {
      event.preventDefault();
      this.start();
    } },
      make("div", { class: "bar" }, make("h1", { id: "form-title" }, this.title()),
        this.fork ? make("a", { href: "/train" }, "a new run instead") : null),
      make("div", { class: "fields" }, ...this.fields()),
      make("div", { class: "bar" }, make("h2", {}, "Settings"), parts.changes, parts.find),
      parts.settings,
      make("div", { class: "verdict" }, parts.trouble,
        make("pre", { tabindex: 0, "aria-label": "The same in a terminal" }, parts.command),
        make("p", { class: "buttons" }, parts.start,
          make("button", { type: "button", click: () => copy(parts.command.textContent) }, "Copy the command"),
          parts.size)));
    this.element.replaceChildren(form);
    if (this.fork) return this.fill(this.recorded.settings);
    if (this.subjects.some(({ name }) => name === this.wantedSubject)) parts.subject.value = this.wantedSubject;
    this.chooseSubject();
    // For example a map that was just drawn.
    if (this.wantedMap) parts.map.value = this.wantedMap;
  }

  title() {
    return this.recorded ? `Fork of ${this.recorded.name}` : "Train";
  }

  fields() {
    const { parts } = this;
    if (this.fork) {
      return [
        field("Fork at", parts.at, `a step up to ${this.recorded.steps}, N% or end`),
        field("Train until step", parts.until, "empty: as long as the parent run"),
        field("Name", parts.name),
      ];
    }
    this.mapField = field("Map", parts.map);
    this.textField = field("Text", parts.text, "a file or folder on the studio's machine");
    return [
      field("World", parts.subject), field("Preset", parts.preset, parts.presetHelp), this.mapField, this.textField,
      field("Seeds", parts.seeds, "1 for one run, 10 for ten; 6-10 for those seeds"), field("Name", parts.name),
      field("Tags", parts.tags, "separated by commas"), field("Note", parts.note), parts.maps,
    ];
  }

  get subject() {
    return this.subjects.find(({ name }) => name === this.parts.subject.value);
  }

  chooseSubject() {
    const { subject, parts } = this;
    parts.preset.replaceChildren(...subject.presets.map(({ name }) => make("option", {}, name)));
    this.mapField.hidden = !subject.maps;
    this.textField.hidden = !subject.text;
    parts.map.value = "";
    parts.map.placeholder = subject.usual_map ?? "";
    parts.maps.replaceChildren(...(subject.maps ?? []).map((value) => make("option", { value })));
    // What was typed for one world means something else in another.
    this.rows = new Map();
    this.choosePreset();
  }

  choosePreset() {
    const preset = this.subject.presets.find(({ name }) => name === this.parts.preset.value);
    this.parts.presetHelp.textContent = `${preset.trainer}: ${preset.explanation}`;
    this.fill(preset.settings);
  }

  /** Shows settings; typed values stay if the new settings have them too. */
  fill(settings) {
    const typed = new Map([...this.rows].filter(([, row]) => row.isChanged).map(([name, row]) => [name, row.value]));
    this.rows = new Map(settings.map((setting) =>
      [setting.name, new SettingRow(setting, () => this.changed())]));
    for (const [name, value] of typed) {
      if (this.rows.get(name)?.accepts(value)) this.rows.get(name).set(value);
    }
    const group = (owner, words) => {
      const rows = settings.filter((setting) => setting.of === owner).map(({ name }) => this.rows.get(name).element);
      return rows.length ? make("fieldset", {}, make("legend", {}, words), rows) : null;
    };
    this.parts.settings.replaceChildren(...[
      group("trainer", "Of the trainer"), group("world", "Rules of the world"),
    ].filter(Boolean));
    this.find();
    this.changed();
  }

  find() {
    const words = this.parts.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of this.rows.values()) row.show(words);
    for (const group of this.parts.settings.children) {
      group.hidden = ![...group.querySelectorAll(".setting")].some((row) => !row.hidden);
    }
  }

  /** The request, in the server's form. */
  get wish() {
    const { parts } = this;
    const settings = Object.fromEntries(
      [...this.rows].filter(([, row]) => row.isChanged).map(([name, row]) => [name, row.value]));
    const common = { settings, name: parts.name.value.trim() };
    if (this.fork) {
      const until = parts.until.value.trim();
      // The server refuses what is no number.
      return { fork: this.fork, at: parts.at.value.trim(), ...(until ? { until: Number(until) || until } : {}), ...common };
    }
    const { subject } = this;
    const preset = parts.preset.value;
    return {
      subject: subject.name, ...(preset === subject.presets[0].name ? {} : { preset }), seeds: parts.seeds.value.trim(),
      ...(subject.maps && parts.map.value.trim() ? { map: parts.map.value.trim() } : {}),
      ...(subject.text ? { text: parts.text.value.trim() } : {}), ...common,
      tags: parts.tags.value.split(",").map((word) => word.trim()).filter(Boolean), note: parts.note.value.trim(),
    };
  }

  changed() {
    const count = [...this.rows.values()].filter((row) => row.isChanged).length;
    this.parts.changes.textContent = count ? `${count} changed` : "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), 150);
  }

  /** Shows the server's verdict beside the fields that it is about. */
  async check() {
    const mine = ++this.checks;
    let verdict;
    try {
      verdict = await post("/api/train/check", this.wish);
    } catch (error) {
      verdict = { problems: [{ field: "", sentence: error.message }], commands: [] };
    }
    if (mine !== this.checks) return;
    const { parts } = this;
    const rest = [];
    const sentences = new Map(verdict.problems.map(({ field, sentence }) => [field, sentence]));
    for (const [name, row] of this.rows) row.say(sentences.get(name));
    for (const name of ["preset", "map", "text", "at", "until", "seeds", "name"]) {
      if (!this.rows.has(name)) blame(parts[name], sentences.get(name));
    }
    for (const [name, sentence] of sentences) {
      const isBeside = this.rows.has(name) || parts[name]?.isConnected && parts[name].id === name;
      if (!isBeside) rest.push(sentence);
    }
    parts.trouble.textContent = rest.join("; ");
    parts.start.disabled = verdict.problems.length > 0;
    parts.command.textContent = verdict.commands.join("\n");
    parts.start.textContent = verdict.runs > 1 ? `Start ${verdict.runs} runs` : "Start";
    parts.size.textContent = verdict.steps == null ? "" : sizeWords(verdict);
  }

  async start() {
    if (this.parts.start.disabled) return;
    this.parts.start.disabled = true;
    try {
      const { lines } = await post("/api/train/start", this.wish);
      say(lines.length > 1 ? `${lines.length} runs have started` : "The run has started");
      this.started();
    } catch (error) {
      this.parts.trouble.textContent = error.message;
    }
    // The next run gets another name.
    await this.check();
  }

  key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.start();
    } else if (event.key === "/" && !event.target.matches("input,textarea,select")) {
      event.preventDefault();
      this.parts.find.focus();
    }
  }
}

function sizeWords({ steps, bytes: size, free, runs }) {
  const each = steps > 1e15 ? "no limit on steps" : `at most ${counted(steps)} steps, ${bytes(size)}`;
  return each + (runs > 1 ? " each" : "") + (free == null ? "" : `; ${bytes(free)} are free`);
}

/** An input with its label, a hint, and a place for errors. */
function field(label, input, hint) {
  const trouble = make("span", { class: "trouble", id: `${input.id}-trouble`, role: "alert" });
  input.setAttribute("aria-describedby", trouble.id);
  return make("label", { class: "field" }, make("span", {}, label), input,
    typeof hint === "string" ? make("small", {}, hint) : hint, trouble);
}

/** Shows an error beside an input. */
function blame(input, sentence) {
  const trouble = input.parentElement?.querySelector(".trouble");
  if (!trouble) return;
  if (trouble.textContent !== (sentence ?? "")) trouble.textContent = sentence ?? "";
  if (sentence) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
}

/** One setting: its meaning, range, default and value. */
class SettingRow {
  constructor(setting, changed) {
    this.setting = setting;
    const id = `setting-${setting.name}`;
    const heard = () => {
      this.mark();
      changed();
    };
    const attributes = { id, "aria-describedby": `${id}-help ${id}-trouble` };
    this.input = setting.choices
      ? make("select", { ...attributes, change: heard },
        setting.choices.map((word) => make("option", { selected: word === setting.default }, word)))
      : make("input", {
        ...attributes, value: setting.default, autocomplete: "off", spellcheck: "false",
        inputmode: { integer: "numeric", number: "decimal" }[setting.type] ?? "text", input: heard,
      });
    this.reset = make("button", {
      type: "button", class: "small", hidden: true, "aria-label": `Reset ${setting.name} to ${setting.default}`,
      click: () => {
        this.set(setting.default);
        this.input.focus();
        changed();
      },
    }, `was ${setting.default}`);
    this.trouble = make("p", { class: "trouble", id: `${id}-trouble`, role: "alert" });
    const isLong = setting.type === "schedule" || setting.type === "integers";
    this.element = make("div", { class: isLong ? "setting long" : "setting" },
      make("label", { for: id }, setting.name), this.reset, this.input,
      make("p", { class: "hint", id: `${id}-help`, title: setting.allowed },
        setting.explanation, setting.choices ? null : make("small", {}, ` · ${range(setting)}`)),
      this.trouble);
  }

  get value() { return this.input.value.trim(); }
  get isChanged() { return this.value !== this.setting.default; }

  /** Whether a value that was typed for a setting of this name fits here. */
  accepts(value) { return !this.setting.choices || this.setting.choices.includes(value); }

  set(value) {
    this.input.value = value;
    this.mark();
  }

  mark() {
    this.element.classList.toggle("changed", this.isChanged);
    this.reset.hidden = !this.isChanged;
  }

  say(sentence) {
    if (this.trouble.textContent !== (sentence ?? "")) this.trouble.textContent = sentence ?? "";
    if (sentence) this.input.setAttribute("aria-invalid", "true"); else this.input.removeAttribute("aria-invalid");
  }

  /** Hides settings that do not match a search; changed ones always stay. */
  show(words) {
    const text = `${this.setting.name} ${this.setting.explanation}`.toLowerCase();
    this.element.hidden = !this.isChanged && !words.every((word) => text.includes(word));
  }
}

/** The possible values of a setting, in short; the help sentence says more. */
function range({ type, min, max, allowed }) {
  const plain = (value) => Math.abs(value) >= 1e6 ? value.toExponential().replace("e+", "e") : String(value);
  if (type === "schedule") return `${plain(min)} … ${plain(max)}, or a schedule`;
  return min == null ? allowed : `${plain(min)} … ${plain(max)}`;
}
