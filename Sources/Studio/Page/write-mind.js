import { make } from "./dom.js";

/** How strongly a mark is shaded, from 0 to 7. */
const LEVELS = 7;

/** A token in readable form: spaces are visible. */
export function named(name) {
  return name.replaceAll(" ", "␣");
}

/** A share in two or three digits. */
export function percent(share) {
  const hundredths = 100 * share;
  if (hundredths > 0 && hundredths < 0.01) return "< 0.01 %";
  return `${hundredths.toFixed(hundredths >= 10 ? 0 : hundredths >= 1 ? 1 : 2)} %`;
}

/** The shade of a symbol: each halving of its probability is one level more. */
export function surprise(log) {
  return log == null ? 0 : Math.min(LEVELS, Math.round(-log / Math.LN2));
}

/** A scale of shades between two words. */
export function legend(kind, from, to) {
  return make("p", { class: `legend ${kind}` }, make("span", {}, from),
    make("span", { class: "scale", "aria-hidden": "true" },
      Array.from({ length: LEVELS + 1 }, (_, level) => make("i", { class: `symbol l${level}` }))),
    make("span", {}, to));
}

/** Symbols that can be chosen, shaded by how surprising they were, or by how much attention they got. */
export class Paper {
  /** `choose(place)` is called with the chosen symbol; null for none. */
  constructor(label, choose) {
    Object.assign(this, { choose, spans: [], place: null });
    this.box = make("div", {
      class: "paper", role: "group", tabindex: 0, "aria-label": label,
      click: (event) => {
        const span = event.target.closest("[data-place]");
        if (span && !getSelection().toString()) this.choose(Number(span.dataset.place));
      },
    });
  }

  clear() {
    this.spans = [];
    this.place = null;
    this.box.replaceChildren();
    this.box.classList.remove("looking");
  }

  /** Appends symbols; `kind` is a class that all of them get. */
  add(symbols, kind = "") {
    const spans = symbols.map(({ text, log }, index) => make("span", {
      class: `symbol ${kind} u${surprise(log)}${text === "\n" ? " line" : text ? "" : " part"}`,
      "data-place": this.spans.length + index, title: log == null ? null : percent(Math.exp(log)),
    }, text));
    this.spans.push(...spans);
    this.box.append(...spans);
  }

  /** Marks one symbol. */
  mark(place) {
    this.spans[this.place]?.classList.remove("chosen");
    this.place = place;
    this.spans[place]?.classList.add("chosen");
    this.spans[place]?.scrollIntoView({ block: "nearest" });
    if (place == null) this.look(null);
  }

  /**
   * Shades the symbols from a place on by shares of attention, relative to the greatest; null goes back to
   * surprise.
   */
  look(shares, first = 0) {
    for (const span of this.looked ?? []) delete span.dataset.look;
    this.looked = [];
    this.box.classList.toggle("looking", Boolean(shares));
    const most = Math.max(...shares ?? [], 1e-9);
    shares?.forEach((share, index) => {
      const level = Math.round(LEVELS * Math.sqrt(share / most));
      const span = this.spans[first + index];
      if (!span || !level) return;
      span.dataset.look = level;
      this.looked.push(span);
    });
  }
}

/** The likeliest symbols of a place. `choose(candidate)` is called to continue with another one. */
export function candidates(found, choose) {
  const most = Math.max(...found.map(({ share, chance }) => Math.max(share, chance)), 1e-9);
  const bar = (kind, share) => {
    const element = make("i", { class: kind });
    element.style.width = `${Math.max(share ? 0.6 : 0, 100 * share / most)}%`;
    return element;
  };
  return make("ul", { class: "candidates" }, found.map((candidate) => {
    const { name, share, chance, chosen } = candidate;
    const words = `${named(name)}: the model's share ${percent(share)}, chance with the settings ${percent(chance)}`;
    return make("li", { class: chosen ? "came" : "" }, make("button", {
      type: "button", "aria-label": chosen ? `${words}; it was chosen` : `${words}. Fork with it`,
      title: chosen ? "this one was chosen" : "continue with this one", disabled: chosen,
      click: () => choose(candidate),
    }, make("code", {}, named(name)), make("span", { class: "bars" }, bar("share", share), bar("chance", chance)),
      make("output", {}, percent(share)), make("output", { class: "chance" }, chance ? percent(chance) : "–")));
  }));
}

/** Attention by layers and heads: all of them small, and one or their mean chosen. */
export class Heads {
  /** `shown(shares)` is called with the chosen shares. */
  constructor(shown) {
    this.shown = shown;
    this.chosen = null;
    this.reading = make("p", { class: "reading" });
    this.mean = make("button", { type: "button", class: "small", click: () => this.choose(null) }, "Mean of all heads");
    this.grid = make("div", { class: "heads" });
    this.box = make("div", { class: "attention" }, this.mean, this.grid, this.reading);
  }

  /**
   * Shows shares in ten-thousandths, by layer and head, and the names of the symbols; `isBehind`: seen from after
   * the last symbol.
   */
  show(attention, names, isBehind) {
    Object.assign(this, { attention, names, isBehind });
    const [layers, heads] = [attention.length, attention[0].length];
    if (this.grid.dataset.shape !== `${layers} ${heads}`) this.build(layers, heads);
    this.paint();
    this.cells.forEach(({ button, layer, head }) => {
      const shares = attention[layer][head];
      const most = shares.indexOf(Math.max(...shares));
      const words = `Layer ${layer + 1}, head ${head + 1}, most at ${named(names[most] ?? "")}, `
        + percent(shares[most] / 1e4);
      button.setAttribute("aria-label", words);
      button.title = words;
    });
    this.choose(this.chosen);
  }

  /** Paints the strips in the current colours. */
  paint() {
    for (const { canvas, layer, head } of this.cells ?? []) paint(canvas, this.attention[layer][head]);
  }

  build(layers, heads) {
    this.grid.dataset.shape = `${layers} ${heads}`;
    this.grid.style.setProperty("--heads", heads);
    this.chosen = null;
    this.cells = Array.from({ length: layers * heads }, (_, index) => {
      const [layer, head] = [Math.floor(index / heads), index % heads];
      const canvas = make("canvas", { height: 1, "aria-hidden": "true" });
      const button = make("button", { type: "button", click: () => this.choose(index) }, canvas);
      return { button, canvas, layer, head };
    });
    this.grid.replaceChildren(...this.cells.flatMap(({ button, layer, head }) =>
      head ? [button] : [make("span", {}, `layer ${layer + 1}`), button]));
  }

  choose(index) {
    this.chosen = index;
    this.mean.setAttribute("aria-pressed", String(index == null));
    this.cells.forEach(({ button }, place) => button.setAttribute("aria-pressed", String(place === index)));
    const cell = this.cells[index];
    const all = cell ? [this.attention[cell.layer][cell.head]] : this.attention.flat();
    const shares = all[0].map((_, place) => all.reduce((sum, head) => sum + head[place], 0) / all.length / 1e4);
    const most = [...shares.keys()].filter((place) => shares[place] > 0)
      .sort((a, b) => shares[b] - shares[a]).slice(0, 4);
    this.reading.textContent = `Most at ${most.map((place) => {
      const back = shares.length - 1 - place;
      const where = !this.isBehind ? "" : back ? ` ${back} back` : " (newest)";
      return `${named(this.names[place] ?? "?")}${where} ${percent(shares[place])}`;
    }).join(" · ")}`;
    this.shown(shares);
  }
}

/** A strip of cells, shaded by their shares, in the canvas's colour. */
function paint(canvas, shares) {
  canvas.width = shares.length;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, 1);
  context.fillStyle = getComputedStyle(canvas).color;
  shares.forEach((share, place) => {
    context.globalAlpha = Math.sqrt(share / 1e4);
    context.fillRect(place, 0, 1, 1);
  });
}
