import { make, say } from "./dom.js";
import { color } from "./maps-board.js";
import { clamp } from "./numbers.js";

const TOOLS = [["brush", "Brush", "b"], ["line", "Line", "l"], ["rectangle", "Rectangle", "r"], ["fill", "Fill", "f"]];

/** Draws mazes, lakes and grids: cells, each a symbol of the map's format. */
export class CellsEditor {
  static keys = [["← ↑ → ↓", "move the cell cursor"], ["Space", "paint, or start and end a line"],
    ["1 – 9", "choose a brush"], ["b l r f", "brush, line, rectangle, fill"], ["Delete", "back to floor"]];

  constructor(page, kind) {
    Object.assign(this, { page, tools: kind.tools, tool: "brush", brush: 0, cursor: null, hover: null });
    this.dirty = new Map();
    this.swatches = new Map();
    this.build();
  }

  get draft() { return this.page.draft; }
  get columns() { return this.draft.columns; }
  get rows() { return this.draft.cells.length / this.columns; }
  get size() { return { width: this.columns, height: this.rows }; }

  /** What the chosen brush paints. */
  get symbol() {
    const { symbol } = this.tools.brushes[this.brush];
    return this.isValue(this.brush) ? this.value.value || symbol : symbol;
  }

  isValue(place) {
    return this.tools.takes_values && !Number.isNaN(Number(this.tools.brushes[place].symbol));
  }

  // ---- The tools beside the board

  build() {
    const { tools } = this;
    this.toolButtons = TOOLS.map(([name, words, key]) => make("button", {
      type: "button", class: "tool", "aria-pressed": String(name === this.tool), title: `${words} (${key})`,
      click: () => this.chooseTool(name),
    }, words));
    this.brushButtons = tools.brushes.map((brush, place) => make("button", {
      type: "button", class: "brush", "aria-pressed": String(place === this.brush),
      title: `${brush.name} (${place + 1})`, click: () => this.chooseBrush(place),
    }, make("canvas", { width: 44, height: 44, "aria-hidden": "true" }), make("span", {}, brush.name)));
    this.value = make("input", { type: "number", step: "any", value: 1, "aria-label": "What the exit pays",
      change: () => this.chooseBrush(this.brush) });
    this.valueRow = make("label", { class: "field", hidden: true }, make("span", {}, "Pays"), this.value);
    const side = (label, changed) => make("input", { type: "number", min: tools.least_side, max: tools.most_side,
      "aria-label": label, change: changed });
    this.rowsInput = side("Rows", () => this.resize());
    this.columnsInput = side("Columns", () => this.resize());
    this.box = make("div", { class: "map-tools" },
      make("h3", {}, "Paint"), make("div", { class: "brushes", role: "group", "aria-label": "Brushes" },
        this.brushButtons), this.valueRow,
      make("h3", {}, "With"), make("div", { class: "tool-row", role: "group", "aria-label": "Tools" },
        this.toolButtons),
      make("h3", {}, "Size"), make("div", { class: "sides" },
        make("label", { class: "field" }, make("span", {}, "Rows"), this.rowsInput),
        make("label", { class: "field" }, make("span", {}, "Columns"), this.columnsInput)));
  }

  chooseTool(name) {
    this.tool = name;
    this.from = null;
    this.preview = null;
    TOOLS.forEach(([each], place) => this.toolButtons[place].setAttribute("aria-pressed", String(each === name)));
    this.page.board.redraw();
    say(name);
  }

  chooseBrush(place) {
    if (!this.tools.brushes[place]) return;
    this.brush = place;
    this.brushButtons.forEach((button, each) => button.setAttribute("aria-pressed", String(each === place)));
    this.valueRow.hidden = !this.isValue(place);
    say(this.tools.brushes[place].name);
  }

  /** Called when the draft was replaced. */
  opened() {
    this.dirty.clear();
    this.rowsInput.value = this.rows;
    this.columnsInput.value = this.columns;
    if (this.cursor) this.cursor = this.inside(this.cursor);
  }

  /** A row of cells, one of each brush, which the server paints for the buttons and for fresh cells. */
  get palette() {
    const { brushes } = this.tools;
    return { ...this.draft, title: "", notes: [], columns: brushes.length, cells: brushes.map(({ symbol }) => symbol) };
  }

  showPalette(image, [left, top, width, height]) {
    const { brushes } = this.tools;
    const side = width * image.width / brushes.length;
    brushes.forEach(({ symbol }, place) => {
      const part = [left * image.width + place * side, top * image.height, side, height * image.height];
      this.swatches.set(symbol, { image, part });
      const canvas = this.brushButtons[place].querySelector("canvas");
      canvas.getContext("2d").drawImage(image, ...part, 0, 0, canvas.width, canvas.height);
    });
  }

  // ---- Cells

  cellAt({ x, y }) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    return row < 0 || column < 0 || row >= this.rows || column >= this.columns ? null : { row, column };
  }

  inside({ row, column }) {
    return { row: clamp(row, 0, this.rows - 1), column: clamp(column, 0, this.columns - 1) };
  }

  /** Paints a cell; the start can be moved but not painted over. */
  set({ row, column }, symbol) {
    const { cells } = this.draft;
    const { start, floor } = this.tools;
    const place = row * this.columns + column;
    if (cells[place] === symbol || (cells[place] === start && symbol !== start)) return;
    if (symbol === start) {
      const before = cells.indexOf(start);
      cells[before] = floor;
      this.dirty.set(before, this.page.version + 1);
    }
    cells[place] = symbol;
    this.dirty.set(place, this.page.version + 1);
    this.isChanged = true;
  }

  /** The cells between two, by Bresenham's line. */
  between(a, b) {
    const cells = [];
    const [dx, dy] = [Math.abs(b.column - a.column), -Math.abs(b.row - a.row)];
    const [right, down] = [a.column < b.column ? 1 : -1, a.row < b.row ? 1 : -1];
    let [row, column, error] = [a.row, a.column, dx + dy];
    for (;;) {
      cells.push({ row, column });
      if (row === b.row && column === b.column) return cells;
      const twice = 2 * error;
      if (twice >= dy) { error += dy; column += right; }
      if (twice <= dx) { error += dx; row += down; }
    }
  }

  rectangle(a, b) {
    const cells = [];
    for (let row = Math.min(a.row, b.row); row <= Math.max(a.row, b.row); row += 1) {
      for (let column = Math.min(a.column, b.column); column <= Math.max(a.column, b.column); column += 1) {
        cells.push({ row, column });
      }
    }
    return cells;
  }

  /** All connected cells of the same kind. */
  fill(cell, symbol) {
    const { cells } = this.draft;
    const like = cells[cell.row * this.columns + cell.column];
    if (like === symbol || symbol === this.tools.start) return this.set(cell, symbol);
    const queue = [cell];
    while (queue.length) {
      const { row, column } = queue.pop();
      if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) continue;
      if (cells[row * this.columns + column] !== like) continue;
      this.set({ row, column }, symbol);
      if (cells[row * this.columns + column] === like) continue;
      queue.push({ row: row + 1, column }, { row: row - 1, column }, { row, column: column + 1 },
        { row, column: column - 1 });
    }
    return undefined;
  }

  shape(to) {
    return this.tool === "line" ? this.between(this.from, to) : this.rectangle(this.from, to);
  }

  // ---- Pointer

  down(point, event) {
    const cell = this.cellAt(point);
    this.cursor = null;
    if (!cell) return;
    this.page.beginEdit();
    this.isChanged = false;
    const here = this.draft.cells[cell.row * this.columns + cell.column];
    const { floor, start } = this.tools;
    // Painting a cell with what it has, or with the other button, clears it.
    const takesAway = event.button === 2 || (this.tool === "brush" && here === this.symbol && here !== start);
    this.ink = takesAway ? floor : this.symbol;
    this.from = cell;
    if (this.tool === "fill") {
      this.fill(cell, this.ink);
    } else if (this.tool === "brush") {
      this.set(cell, this.ink);
    } else {
      this.preview = [cell];
    }
    if (this.isChanged) this.page.edited();
    this.page.board.redraw();
  }

  move(point, event) {
    const cell = this.cellAt(point);
    const isOther = cell?.row !== this.hover?.row || cell?.column !== this.hover?.column;
    this.hover = cell;
    if (isOther) this.page.board.redraw();
    if (!this.from || !(event.buttons & 3) || this.tool === "fill") return;
    const to = cell ?? this.inside({ row: Math.floor(point.y), column: Math.floor(point.x) });
    if (this.tool === "brush") {
      if (!cell) return;
      this.isChanged = false;
      for (const each of this.between(this.from, cell)) this.set(each, this.ink);
      this.from = cell;
      if (this.isChanged) this.page.edited();
    } else {
      this.preview = this.shape(to);
    }
    this.page.board.redraw();
  }

  up() {
    if (this.preview) {
      for (const cell of this.preview) this.set(cell, this.ink);
      this.page.edited();
    }
    this.cancelled();
    this.page.endEdit();
  }

  /** Cancels what was begun. */
  cancelled() {
    this.from = null;
    this.preview = null;
    this.page.board.redraw();
  }

  leave() {
    this.hover = null;
    this.page.board.redraw();
  }

  // ---- Keys

  key(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const isOnBoard = document.activeElement === this.page.board.canvas;
    if (steps && isOnBoard) {
      const far = event.shiftKey ? 5 : 1;
      this.cursor = this.inside({ row: (this.cursor?.row ?? 0) + (this.cursor ? far * steps[0] : 0),
        column: (this.cursor?.column ?? 0) + (this.cursor ? far * steps[1] : 0) });
      if (this.keyFrom) {
        this.from = this.keyFrom;
        this.preview = this.shape(this.cursor);
      }
      this.page.board.reveal(this.cursor.column + 0.5, this.cursor.row + 0.5);
      this.page.board.redraw();
      say(this.words(this.cursor));
      return true;
    }
    if ((event.key === " " || event.key === "Enter") && isOnBoard) {
      if (this.cursor) this.paintAtCursor(this.symbol);
      return true;
    }
    if ((event.key === "Delete" || event.key === "Backspace") && isOnBoard && this.cursor) {
      this.paintAtCursor(this.tools.floor);
      return true;
    }
    if (event.key === "Escape" && this.keyFrom) {
      this.keyFrom = null;
      this.cancelled();
      return true;
    }
    if (/^[1-9]$/.test(event.key) && this.tools.brushes[event.key - 1]) {
      this.chooseBrush(event.key - 1);
      return true;
    }
    const tool = TOOLS.find(([, , key]) => key === event.key);
    if (tool) this.chooseTool(tool[0]);
    return Boolean(tool);
  }

  /** Paints at the cursor; a line or rectangle is begun, then ended. */
  paintAtCursor(symbol) {
    const isShape = this.tool === "line" || this.tool === "rectangle";
    if (isShape && !this.keyFrom) {
      this.keyFrom = this.from = this.cursor;
      this.preview = [this.cursor];
      say("begun");
      this.page.board.redraw();
      return;
    }
    this.page.beginEdit();
    if (isShape) {
      this.from = this.keyFrom;
      for (const cell of this.shape(this.cursor)) this.set(cell, symbol);
    } else if (this.tool === "fill") {
      this.fill(this.cursor, symbol);
    } else {
      this.set(this.cursor, symbol);
    }
    this.keyFrom = null;
    this.cancelled();
    this.page.edited();
    this.page.endEdit();
    say(this.words(this.cursor));
  }

  // ---- Size

  resize() {
    const limit = (input, before) => clamp(Math.round(Number(input.value)) || before, this.tools.least_side,
      this.tools.most_side);
    const [rows, columns] = [limit(this.rowsInput, this.rows), limit(this.columnsInput, this.columns)];
    const { start, floor } = this.tools;
    const before = this.draft;
    const cells = [];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const isOld = row < this.rows && column < this.columns;
        cells.push(isOld ? before.cells[row * this.columns + column] : floor);
      }
    }
    if (!cells.includes(start)) cells[0] = start;
    this.page.replace({ ...before, columns, cells });
  }

  /** An empty map of the same size with a start and a goal. */
  get blankSize() {
    return { width: this.columns, height: this.rows };
  }

  // ---- Drawing over the picture

  words(cell) {
    const symbol = this.draft.cells[cell.row * this.columns + cell.column];
    const brush = this.tools.brushes.find((each) => each.symbol === symbol);
    return `row ${cell.row}, column ${cell.column}: ${(brush?.name ?? `exit ${symbol}`).toLowerCase()}`;
  }

  get status() {
    const cell = this.cursor ?? this.hover;
    return cell && this.cellAt({ x: cell.column, y: cell.row }) ? this.words(cell) : "";
  }

  /** Called when the picture of a version has come: what it shows need not be drawn over it. */
  pictured(version) {
    for (const [place, changed] of this.dirty) {
      if (changed <= version) this.dirty.delete(place);
    }
  }

  draw(context, board) {
    const { scale } = board.place;
    const area = ({ row, column }) => [...board.at(column, row), scale, scale];
    for (const place of this.dirty.keys()) {
      const symbol = this.draft.cells[place];
      const exit = this.tools.brushes.find((each, index) => this.isValue(index))?.symbol;
      const swatch = this.swatches.get(symbol) ?? this.swatches.get(exit);
      const cell = { row: Math.floor(place / this.columns), column: place % this.columns };
      if (swatch) context.drawImage(swatch.image, ...swatch.part, ...area(cell));
    }
    if (this.page.isPlaying) return;
    // Cell lines are drawn only while the map is in use.
    const isFocused = document.activeElement === board.canvas;
    if (scale >= 9 && (this.hover || isFocused)) this.lines(context, board);
    if (this.preview) {
      context.globalAlpha = 0.55;
      const swatch = this.swatches.get(this.ink ?? this.symbol) ?? this.swatches.get(this.symbol);
      for (const cell of this.preview) {
        if (swatch) context.drawImage(swatch.image, ...swatch.part, ...area(cell));
      }
      context.globalAlpha = 1;
    }
    if (this.hover && !this.cursor) this.outline(context, area(this.hover), 1.5, color("accent"));
    if (this.cursor && isFocused) this.outline(context, area(this.cursor), 3, color("accent"));
  }

  lines(context, board) {
    const [left, top] = board.at(0, 0);
    const [right, bottom] = board.at(this.columns, this.rows);
    context.strokeStyle = color("axis");
    context.globalAlpha = 0.25;
    context.lineWidth = 1;
    context.beginPath();
    for (let column = 1; column < this.columns; column += 1) {
      const x = Math.round(board.at(column, 0)[0]) + 0.5;
      context.moveTo(x, top);
      context.lineTo(x, bottom);
    }
    for (let row = 1; row < this.rows; row += 1) {
      const y = Math.round(board.at(0, row)[1]) + 0.5;
      context.moveTo(left, y);
      context.lineTo(right, y);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  outline(context, [x, y, width, height], thickness, stroke) {
    context.strokeStyle = stroke;
    context.lineWidth = thickness;
    context.strokeRect(x + 1, y + 1, width - 2, height - 2);
  }
}
