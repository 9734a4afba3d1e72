import { choice, copy, make, quoted, say } from "./dom.js";
import { clamp, fixed } from "./numbers.js";
import { get, Latest, lines, path, post } from "./server.js";
import { counted } from "./sizes.js";
import { theme } from "./theme.js";
import { candidates, Heads, legend, named, Paper, percent } from "./write-mind.js";

const FIRST = { temperature: 0.8, top_k: 200, top_p: 1, seed: 1337, tokens: 300 };
/** The most symbols of the stream per animation frame, so that a fast model can be watched. */
const PACE = 3;

/** The prompt page: a model continues a text, and for every symbol the page shows why it was chosen. */
export const page = {
  title: "Write",
  keys: [["Ctrl Enter", "write"], ["Escape", "stop, or clear the choice"], ["c", "continue"], ["p", "go to the prompt"],
    ["r", "another seed"], ["← →", "previous or next symbol"], ["Home End", "first or last symbol"],
    ["↓", "go to the candidates"], ["k", "keep as a recording"]],
  async open(root, { query }) {
    const facts = await get("/api/write/models");
    if (!facts.models.length) return none(root);
    const write = new WritePage(root, facts);
    await write.begin(query.get("model"));
    return () => write.close();
  },
};

function none(root) {
  root.append(make("section", { class: "card empty" }, make("h1", {}, "No model yet"),
    make("p", {}, "Train one: ", make("a", { href: "/train" }, "start here"), ", or in a terminal:"),
    make("pre", { tabindex: 0 },
      make("code", {}, "reel train text --text FILE --preset nano -o recordings/text.sqlite")),
    make("p", {}, "The studio also finds folders with GPT-2's or DistilBERT's files.")));
}

class WritePage {
  constructor(root, facts) {
    Object.assign(this, { root, all: facts, texts: [], text: null });
    this.build();
    this.look = new Latest({
      load: (key, signal) => post("/api/write/look", JSON.parse(key), { signal }),
      show: (key, found) => this.showLook(JSON.parse(key), found),
      fail: (error) => this.trouble(error), kept: 200,
    });
    this.feeling = new Latest({
      load: (key, signal) => post("/api/write/classify", JSON.parse(key), { signal }),
      show: (key, found) => this.showFeeling(found), fail: (error) => this.trouble(error),
    });
    this.hear = (event) => this.key(event);
    document.addEventListener("keydown", this.hear);
    this.forgetTheme = theme.onChange(() => this.heads.paint());
  }

  close() {
    this.isClosed = true;
    this.stop();
    clearTimeout(this.asking);
    this.forgetTheme();
    document.removeEventListener("keydown", this.hear);
  }

  // ---- The page's parts

  build() {
    const number = (name, label, attributes) => {
      const input = make("input", { type: "number", ...attributes, value: FIRST[name], input: () => this.changed() });
      return [input, make("label", { class: "setting" }, make("span", {}, label), input)];
    };
    const range = (name, label, attributes) => {
      const output = make("output", {}, String(FIRST[name]));
      const input = make("input", {
        type: "range", ...attributes, value: FIRST[name],
        input: () => { output.textContent = input.value; this.changed(); },
      });
      return [input, make("label", { class: "setting" }, make("span", {}, label, output), input)];
    };
    const parts = this.parts = {
      about: make("p", { class: "hint" }),
      prompt: make("textarea", {
        rows: 3, spellcheck: "false", placeholder: "Where the text begins", "aria-label": "Prompt",
        input: () => this.changed(),
      }),
      write: make("button", { type: "button", class: "main", click: () => this.write() }, "Write"),
      stop: make("button", { type: "button", disabled: true, click: () => this.stop() }, "Stop"),
      more: make("button", { type: "button", disabled: true, click: () => this.more() }, "Continue"),
      trouble: make("p", { class: "trouble", role: "alert" }),
      status: make("p", { class: "status" }),
      family: make("div", { class: "family", role: "group", "aria-label": "Texts" }),
      heading: make("h2", {}, "What comes next"),
      summary: make("p", { class: "summary" }),
      list: make("div", {}),
      command: make("code", {}),
      keep: make("button", { type: "button", disabled: true, click: () => this.keep() }, "Keep …"),
      learned: make("div", { class: "setting learned", hidden: true }),
    };
    this.paper = new Paper("The text; arrow keys choose a symbol", (place) => this.select(place));
    this.heads = new Heads((shares) => this.shade(shares));
    const [temperature, temperatureField] = range("temperature", "Temperature", { min: 0, max: 2, step: 0.05 });
    const [topP, topPField] = range("top_p", "Top-p", { min: 0.05, max: 1, step: 0.05 });
    const [topK, topKField] = number("top_k", "Top-k (0: all)", { min: 0, max: 1000000 });
    const [seed, seedField] = number("seed", "Seed", { min: 0, max: Number.MAX_SAFE_INTEGER });
    const [tokens, tokensField] = number("tokens", "Symbols", { min: 1, max: this.all.most_tokens });
    this.inputs = { temperature, top_p: topP, top_k: topK, seed, tokens };
    seedField.append(make("button", { type: "button", class: "small", click: () => this.reseed() }, "Another"));
    this.settings = make("div", { class: "settings" },
      temperatureField, topPField, topKField, tokensField, seedField);
    this.model = choice("Model", [], "", (id) => this.open(id));
    this.model.querySelector("select").append(...this.groups());
    this.attention = make("div", {}, make("h3", {}, "What it looked at"), this.heads.box);
    this.actions = make("div", { class: "bar actions" }, parts.write, parts.stop, parts.more);
    this.tools = make("div", { class: "bar" }, parts.keep,
      make("button", { type: "button", click: () => copy(this.paper.box.textContent) }, "Copy text"));
    this.terms = make("p", { class: "terms", "aria-hidden": "true" },
      make("span", { class: "share" }, "the model's share"),
      make("span", { class: "chance" }, "chance with the settings"));
    this.legends = make("div", { class: "legends" },
      legend("expected", "expected", "surprising"), legend("seen", "not looked at", "looked at most"));
    this.root.append(make("h1", { class: "hidden" }, "Write"), make("div", { class: "writing" },
      make("div", { class: "sheet" },
        make("section", { class: "card form", "aria-label": "Prompt and settings" },
          make("div", { class: "bar" }, this.model, parts.about), parts.learned, parts.prompt, this.settings,
          this.actions, parts.trouble),
        make("section", { class: "card", "aria-label": "Text" },
          make("div", { class: "bar" }, make("h2", {}, "Text"), parts.status, make("span", { class: "grow" }),
            this.legends),
          parts.family, this.paper.box, this.tools,
          make("details", { class: "command" }, make("summary", {}, "The same in a terminal"),
            make("pre", { tabindex: 0 }, parts.command),
            make("button", { type: "button", click: () => copy(parts.command.textContent) }, "Copy")))),
      make("section", { class: "card insight", "aria-label": "What the model thought" },
        parts.heading, parts.summary, this.terms, parts.list, this.attention)));
  }

  groups() {
    const kinds = [["recording", "Recordings"], ["folder", "Folders"], ["classifier", "Classify sentiment"]];
    return kinds.map(([kind, label]) => {
      const models = this.all.models.filter((model) => model.kind === kind);
      return models.length ? make("optgroup", { label }, models.map(({ id, name, about }) =>
        make("option", { value: id }, `${name} – ${about}`))) : null;
    }).filter(Boolean);
  }

  // ---- The model

  async begin(wanted) {
    const known = [wanted, sessionStorage.getItem("model")].find((id) =>
      this.all.models.some((model) => model.id === id));
    await this.open(known ?? this.all.models[0].id);
  }

  async open(id, step = null) {
    this.stop();
    this.model.querySelector("select").value = id;
    try {
      const facts = await get(path("/api/write/model", { model: id, step }));
      if (this.isClosed) return;
      this.usual = step == null ? facts.step : this.usual;
      this.facts = { ...facts, id };
    } catch (error) {
      this.trouble(error);
      return;
    }
    sessionStorage.setItem("model", id);
    history.replaceState(null, "", path("/write", { model: id }));
    const { facts, parts } = this;
    const isWriter = facts.kind === "writer";
    parts.about.textContent = isWriter
      ? `${counted(facts.parameters)} parameters (${fixed(facts.bytes / 1e6, facts.bytes < 1e6 ? 2 : 1)} MB) · `
        + `${facts.vocabulary} symbols · ${facts.layers} layers of ${facts.heads} heads · sees ${facts.context} symbols`
      : `chooses among ${facts.labels.join(", ")} · reads ${facts.context} pieces`;
    this.root.querySelector(".writing").classList.toggle("feeling", !isWriter);
    for (const part of [this.settings, this.actions, this.tools, parts.family, this.terms]) part.hidden = !isWriter;
    this.showLearned();
    if (step == null) this.forget();
    this.changed();
  }

  /** The training steps at which the model is available. */
  showLearned() {
    const { facts, parts: { learned } } = this;
    learned.hidden = !facts.steps || facts.steps.length < 2;
    if (learned.hidden) return;
    const place = facts.steps.findLastIndex((step) => step <= facts.step);
    const words = (step) => `After step ${counted(step)} of ${counted(facts.steps.at(-1))}`
      + (step === this.usual ? ", the lowest loss" : "");
    const known = learned.querySelector("input");
    if (known && Number(known.max) === facts.steps.length - 1) {
      learned.querySelector("span").textContent = words(facts.step);
      known.value = place;
      return;
    }
    const said = make("span", {}, words(facts.step));
    learned.replaceChildren(make("label", {}, said, make("input", {
      type: "range", min: 0, max: facts.steps.length - 1, value: place,
      input: (event) => { said.textContent = words(facts.steps[event.target.value]); },
      change: (event) => this.open(facts.id, facts.steps[event.target.value]),
    })));
  }

  forget() {
    this.texts = [];
    this.text = null;
    this.paper.clear();
    this.parts.prompt.value = this.parts.prompt.value || "";
    this.showFamily();
    this.showStatus();
  }

  // ---- Writing

  /** The current values of the form. */
  get wanted() {
    const { temperature, top_p: topP, top_k: topK, seed } = this.inputs;
    return {
      model: this.facts.id, step: this.facts.step, prompt: this.parts.prompt.value,
      temperature: Number(temperature.value), top_k: Number(topK.value), top_p: Number(topP.value),
      seed: Number(seed.value),
    };
  }

  get count() {
    return clamp(Math.round(Number(this.inputs.tokens.value)) || FIRST.tokens, 1, this.all.most_tokens);
  }

  write() {
    this.begun({ wanted: this.wanted, opening: [], symbols: [] });
    this.run(this.count);
  }

  more() {
    const { text } = this;
    if (!text || this.running || text.over === "ended") return;
    const room = this.all.most_tokens - text.symbols.length;
    if (room > 0) this.run(Math.min(this.count, room)); else say("The text has reached the studio's limit");
  }

  /** Shows a text on the paper. */
  begun(text) {
    this.stop();
    text.number = this.texts.length + 1;
    this.texts.push(text);
    this.text = text;
    this.paper.clear();
    this.showFamily();
  }

  /** Continues the text by a number of symbols. */
  async run(count) {
    this.stop();
    const { text } = this;
    const abort = this.running = new AbortController();
    const written = text.symbols.map(({ token }) => token);
    Object.assign(text, { over: null, speed: null });
    this.parts.trouble.textContent = "";
    this.select(null);
    this.coming = [];
    this.showStatus();
    const begun = performance.now();
    let came = 0;
    try {
      const wish = { ...text.wanted, written, tokens: written.length + count };
      for await (const line of lines("/api/write/text", wish, { signal: abort.signal })) {
        if (line.opening && !text.opening.length) this.opened(text, line.opening);
        this.coming.push(...line.symbols ?? []);
        came += line.symbols?.length ?? 0;
        text.speed = came / Math.max(0.001, (performance.now() - begun) / 1000);
        if (line.over) this.end = { over: line.over, tokens: line.tokens };
        this.reveal();
      }
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(error);
      if (this.running === abort && error.name !== "AbortError") this.stop();
    }
  }

  opened(text, opening) {
    text.opening = opening;
    const { parent } = text;
    const kept = parent && [...parent.text.opening, ...parent.text.symbols].slice(0, parent.place);
    // The part before a fork keeps its shades.
    if (kept && opening.length === kept.length + 1
      && kept.every(({ token }, place) => token === opening[place].token)) {
      text.opening = [...kept, { ...opening.at(-1), log: Math.log(Math.max(parent.share, 1e-30)) }];
    }
    this.paper.add(text.opening, "prompt");
  }

  /** Shows what has come, no faster than it can be watched. */
  reveal() {
    if (this.revealing || !this.running) return;
    this.revealing = requestAnimationFrame(() => {
      this.revealing = null;
      if (this.isClosed || !this.running) return;
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const symbols = this.coming.splice(0, isCalm ? Infinity : PACE);
      this.text.symbols.push(...symbols);
      this.paper.add(symbols);
      this.showStatus();
      const now = performance.now();
      if (this.paper.place == null && now - (this.asked ?? 0) > 250) {
        this.asked = now;
        this.ask();
      }
      if (this.coming.length) this.reveal(); else if (this.end) this.finish(this.end);
    });
  }

  finish(end) {
    Object.assign(this.text, end);
    this.stop();
    say(end.over === "ended" ? "The model ended the text" : `${this.text.symbols.length} symbols`);
  }

  stop() {
    const wasRunning = this.running;
    this.running?.abort();
    this.running = this.end = null;
    cancelAnimationFrame(this.revealing);
    this.revealing = null;
    if (!wasRunning || this.isClosed) return;
    this.showStatus();
    this.showFamily();
    this.command();
    if (this.paper.place == null) this.ask();
  }

  showStatus() {
    const { text, parts, running } = this;
    parts.stop.disabled = !running;
    parts.more.disabled = Boolean(running) || !text?.symbols.length || text.over === "ended";
    parts.keep.disabled = Boolean(running) || !text?.symbols.length;
    if (!text?.symbols.length) {
      parts.status.textContent = running ? "reading …" : "";
      return;
    }
    const logs = text.symbols.map(({ log }) => log);
    const perplexity = Math.exp(-logs.reduce((sum, log) => sum + log, 0) / logs.length);
    parts.status.textContent = [
      `${counted(logs.length)} symbols`, `perplexity ${fixed(perplexity, 2)}`,
      text.speed ? `${counted(Math.round(text.speed))}/s` : "",
      !running && text.over === "ended" ? "ended by the model" : "",
    ].filter(Boolean).join(" · ");
  }

  // ---- Texts and their forks

  async fork({ token, name, share }) {
    const { text } = this;
    const place = this.paper.place ?? text.opening.length + text.symbols.length;
    this.stop();
    const written = text.symbols.map((symbol) => symbol.token);
    try {
      const { prompt } = await post("/api/write/fork", { ...text.wanted, written, place, token });
      const wanted = { ...text.wanted, prompt, seed: (text.wanted.seed + 1) % Number.MAX_SAFE_INTEGER };
      this.fill(wanted);
      this.begun({ wanted, opening: [], symbols: [], parent: { text, place, name, share } });
      this.run(this.count);
      this.paper.box.focus({ preventScroll: true });
    } catch (error) {
      this.trouble(error);
    }
  }

  /** Sets the form to the settings of a text. */
  fill(wanted) {
    this.parts.prompt.value = wanted.prompt;
    for (const name of ["temperature", "top_p", "top_k", "seed"]) {
      this.inputs[name].value = wanted[name];
      const output = this.inputs[name].parentElement.querySelector("output");
      if (output) output.textContent = this.inputs[name].value;
    }
  }

  showFamily() {
    const { texts, parts: { family } } = this;
    family.hidden = texts.length < 2;
    family.replaceChildren(...texts.map((text) => make("button", {
      type: "button", class: "small", "aria-pressed": String(text === this.text), click: () => this.show(text),
    }, text.parent
      ? `${text.number}: ${text.parent.text.number} with ${named(text.parent.name)} at ${text.parent.place}`
      : `${text.number}: seed ${text.wanted.seed}`)));
  }

  async show(text) {
    if (text === this.text) return;
    this.stop();
    this.text = text;
    this.fill(text.wanted);
    if (text.wanted.step !== this.facts.step) await this.open(this.facts.id, text.wanted.step);
    this.paper.clear();
    this.paper.add(text.opening, "prompt");
    this.paper.add(text.symbols);
    this.showFamily();
    this.showStatus();
    this.command();
    this.ask();
  }

  // ---- What the model thought

  /** Called when a setting, the prompt or the model changes: the candidates may change too. */
  changed() {
    this.parts.trouble.textContent = "";
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      if (this.isClosed || this.running) return;
      this.command();
      this.ask();
    }, 60);
  }

  get isOther() {
    const { text, wanted } = this;
    return !text || text.wanted.prompt !== wanted.prompt || text.wanted.step !== wanted.step;
  }

  ask() {
    if (this.facts.kind === "classifier") {
      this.feeling.want(JSON.stringify({ model: this.facts.id, text: this.parts.prompt.value }));
      return;
    }
    const { place } = this.paper;
    const { text, wanted } = this;
    const { temperature, top_k: topK, top_p: topP } = wanted;
    // A symbol on the paper belongs to its own text; the sliders show what they would have done with it.
    const asked = place == null && !this.running && this.isOther ? { ...wanted, written: [] }
      : { ...text.wanted, temperature, top_k: topK, top_p: topP, written: text.symbols.map(({ token }) => token) };
    const number = asked.written.length || place != null ? text?.number : 0;
    this.look.want(JSON.stringify({ ...asked, place, text: number }));
  }

  select(place) {
    const { text } = this;
    const last = this.paper.spans.length - 1;
    // There is nothing before the first symbol.
    const at = place == null || last < 1 ? null : clamp(place, 1, last);
    this.paper.mark(at);
    this.heads.shares = null;
    if (at != null) {
      const { name, log } = [...text.opening, ...text.symbols][at];
      say(`${named(name)}, ${at + 1} of ${last + 1}${log == null ? "" : `, ${percent(Math.exp(log))}`}`);
    }
    if (text || place != null) this.ask();
  }

  showLook(key, found) {
    const { parts, text } = this;
    if (this.facts.kind === "classifier" || (key.place ?? null) !== this.paper.place) return;
    const all = text && key.text === text.number ? [...text.opening, ...text.symbols] : [];
    const isHere = key.place != null;
    const name = isHere ? named(all[key.place].name) : "";
    const came = found.candidates.find(({ chosen }) => chosen);
    parts.heading.replaceChildren(...isHere ? ["Why ", make("code", {}, name), " was chosen"] : ["What comes next"]);
    parts.summary.textContent = isHere
      ? `The model gave it ${percent(came?.share ?? 0)}, the ${ordinal(found.likelier + 1)} of `
        + `${this.facts.vocabulary}. It was ${unsure(found.bits)}.`
      : `After ${all.length ? "the text" : "the prompt"} the model is ${unsure(found.bits)}. `
        + "Choose a symbol to continue with it.";
    const choose = (candidate) => this.forkFrom(candidate);
    const focused = parts.list.contains(document.activeElement)
      ? [...parts.list.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    parts.list.replaceChildren(candidates(found.candidates, choose));
    if (focused >= 0) parts.list.querySelectorAll("button")[focused]?.focus();
    this.first = found.first;
    this.attention.hidden = !all.length;
    if (all.length) {
      const seen = found.attention[0][0].length;
      this.heads.show(found.attention, all.slice(found.first, found.first + seen).map((symbol) => symbol.name), true);
    }
  }

  /** A symbol chosen after a prompt without a text starts one. */
  async forkFrom(candidate) {
    if (this.paper.place == null && this.isOther) {
      try {
        const { prompt } = await post("/api/write/fork", { ...this.wanted, token: candidate.token });
        this.parts.prompt.value = prompt;
        this.changed();
      } catch (error) {
        this.trouble(error);
      }
      return;
    }
    this.fork(candidate);
  }

  shade(shares) {
    const isChosen = this.paper.place != null || this.facts.kind === "classifier";
    this.paper.look(isChosen ? shares : null, this.first);
    this.legends.classList.toggle("looking", isChosen);
  }

  showFeeling({ labels, pieces, attention, cut }) {
    if (this.facts.kind !== "classifier") return;
    const { parts } = this;
    const best = labels.reduce((most, label) => label.share > most.share ? label : most);
    parts.heading.textContent = `${best.name}, ${percent(best.share)}`;
    parts.summary.textContent = cut ? `The text is longer than the ${this.facts.context} pieces that are read.` : "";
    parts.list.replaceChildren(make("ul", { class: "candidates labels" }, labels.map(({ name, share }) => {
      const bar = make("i", { class: "share" });
      bar.style.width = `${100 * share}%`;
      return make("li", {}, make("span", {}, name), make("span", { class: "bars" }, bar),
        make("output", {}, percent(share)));
    })));
    this.paper.clear();
    this.paper.add(pieces.map((text) => ({ text: text.startsWith("##") ? text.slice(2) : ` ${text}` })));
    this.first = 0;
    this.attention.hidden = false;
    this.heads.show(attention, pieces, false);
    this.command();
  }

  // ---- The rest

  /** The command that does the same in a terminal. */
  command() {
    const { facts, text } = this;
    if (facts.kind === "classifier") {
      this.parts.command.textContent =
        `reel sentiment --model ${quoted(facts.file)} ${quoted(this.parts.prompt.value)}`;
      return;
    }
    const isOther = !text?.symbols.length;
    const { prompt, temperature, top_k: topK, top_p: topP, seed, step } = isOther ? this.wanted : text.wanted;
    const count = isOther ? this.count : this.length(text);
    this.parts.command.textContent = [
      `reel generate ${step == null ? `--model ${quoted(facts.file)}` : quoted(facts.file)}`,
      ...(step == null || step === this.usual ? [] : [`--checkpoint ${step}`]),
      ...(prompt ? [`--prompt${prompt.startsWith("-") ? "=" : " "}${quoted(prompt)}`] : []),
      `--tokens ${count} --temperature ${temperature} --top-k ${topK} --top-p ${topP} --seed ${seed}`,
      "-o written.sqlite",
    ].join(" ");
  }

  /** The number of symbols that makes the same text: if the model ended it, the end counts too. */
  length(text) {
    return text.over === "ended" ? text.tokens : text.symbols.length;
  }

  keep() {
    const { text } = this;
    if (!text?.symbols.length || this.running) return;
    const name = make("input", { value: "", placeholder: "written", maxlength: 80, "aria-label": "Name" });
    const state = make("p", { class: "hint", role: "status" },
      "A text is an episode: it can be played, filmed and explained.");
    const send = make("button", {
      type: "button", class: "main", click: async () => {
        send.disabled = true;
        state.textContent = "Recording …";
        try {
          const { file, id, digest } = await post("/api/write/keep", {
            ...text.wanted, tokens: this.length(text), ...name.value.trim() ? { name: name.value.trim() } : {},
          });
          const link = make("a", { href: `/run/${id}`, click: () => dialog.close() }, file);
          state.replaceChildren("Kept as ", link, `, digest ${digest.slice(0, 16)}…`);
          link.focus();
        } catch (error) {
          state.textContent = error.message;
          send.disabled = false;
        }
      },
    }, "Keep");
    const dialog = make("dialog", { class: "label-editor", close: () => dialog.remove() },
      make("h2", {}, "Keep as a recording"), make("label", {}, make("span", {}, "Name"), name), state,
      make("p", { class: "buttons" }, send, make("button", { type: "button", click: () => dialog.close() }, "Close")));
    this.root.append(dialog);
    dialog.showModal();
  }

  reseed() {
    this.inputs.seed.value = Math.floor(Math.random() * 1e6);
    say(`Seed ${this.inputs.seed.value}`);
    this.write();
  }

  trouble(error) {
    this.parts.trouble.textContent = error.message;
  }

  key(event) {
    if (document.querySelector("dialog[open]")) return;
    const isWriter = this.facts?.kind === "writer";
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && isWriter) {
      event.preventDefault();
      this.write();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (event.key === "Escape") {
      if (this.running) this.stop(); else this.select(null);
      return;
    }
    if (target.matches("input,textarea,select")) return;
    const { place, spans } = this.paper;
    const buttons = [...this.parts.list.querySelectorAll("button:enabled")];
    const row = buttons.indexOf(target);
    const act = {
      p: () => this.parts.prompt.focus(),
      ...(isWriter ? { c: () => this.more(), r: () => this.reseed(), k: () => this.keep() } : {}),
      ...(isWriter && spans.length ? {
        ArrowLeft: () => this.select((place ?? spans.length) - 1),
        ArrowRight: () => place == null || place === spans.length - 1 ? this.select(null) : this.select(place + 1),
        Home: () => this.select(1), End: () => this.select(spans.length - 1),
        ArrowDown: () => buttons[Math.min(buttons.length - 1, row + 1)]?.focus(),
        ArrowUp: () => row > 0 ? buttons[row - 1].focus() : this.paper.box.focus(),
      } : {}),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** An ordinal number. */
function ordinal(number) {
  const isTeen = number % 100 > 10 && number % 100 < 14;
  const end = isTeen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th";
  return number === 1 ? "likeliest" : `${number}${end} likeliest`;
}

/** How unsure the model is, as a number of equally likely symbols. */
function unsure(bits) {
  const choices = 2 ** bits;
  return choices < 1.2 ? "sure" : `as unsure as among ${fixed(choices, choices < 10 ? 1 : 0)} symbols`;
}
