import { choice, make, say } from "./dom.js";
import { color } from "./maps-board.js";
import { clamp } from "./numbers.js";
import { distance, encloses, extent, nearest, put, rings, segments, trace } from "./maps-shapes.js";

const TOOLS = [["select", "Select and move"], ["roads", "Road"], ["ways", "River, path"], ["areas", "Area"]];

/** Draws cities: roads and other lines, areas, and the points that a car starts from and drives to. */
export class RoadsEditor {
  static keys = [["1 – 4", "in a city: select, road, river, area"], ["Enter", "end a line"],
    ["Escape", "cancel it"], ["Backspace", "remove its last point"], [", .", "previous or next feature"]];

  constructor(page, kind) {
    Object.assign(this, { page, tools: kind.tools, tool: "select", selected: null, points: [], snaps: true });
    this.chosen = { roads: 6, ways: 0, areas: 0 };
    this.fresh = new Map();
    page.board.beneath = page.beneath;
    this.build();
  }

  get draft() { return this.page.draft; }
  get size() { return { width: this.draft.width, height: this.draft.height }; }
  /** The sides of an empty city in metres: those of this one, or in the proportions of the picture behind it. */
  get blankSize() {
    const { width, height, metres_per_pixel: metres } = this.draft;
    const { beneath } = this.page;
    if (beneath) {
      const longer = this.tools.usual_width / Math.max(beneath.width, beneath.height);
      const side = (pixels) => clamp(Math.round(pixels * longer), this.tools.least_side, this.tools.most_side);
      return { width: side(beneath.width), height: side(beneath.height) };
    }
    return { width: Math.round(width * metres), height: Math.round(height * metres) };
  }

  // ---- The tools beside the board

  build() {
    this.toolButtons = TOOLS.map(([name, words], place) => make("button", { type: "button", class: "tool wide",
      "aria-pressed": String(name === this.tool), title: `${words} (${place + 1})`,
      click: () => this.chooseTool(name) }, words));
    this.kindBox = make("div", {});
    this.finishButton = make("button", { type: "button", hidden: true, click: () => this.finish() }, "End here");
    const snaps = make("input", { type: "checkbox", checked: true, change: () => { this.snaps = snaps.checked; } });
    this.scale = make("input", { type: "number", min: 0.1, max: 20, step: 0.1, "aria-label": "Width of roads",
      change: () => this.change(() => { this.draft.road_scale = clamp(Number(this.scale.value) || 1, 0.1, 20); }) });
    this.selection = make("div", { class: "selection", "aria-live": "polite" });
    const cover = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.page.cover ?? 0.6,
      "aria-label": "How much the map covers the picture", input: () => this.cover(cover) });
    this.cover(cover);
    this.coverRow = make("label", { class: "field", hidden: !this.page.beneath },
      make("span", {}, "Map opacity"), cover);
    const file = make("input", { type: "file", accept: "image/*", "aria-label": "A picture to draw over",
      change: () => this.lay(file.files[0]) });
    this.box = make("div", { class: "map-tools" },
      make("h3", {}, "Draw"), make("div", { class: "tool-column", role: "group", "aria-label": "Tools" },
        this.toolButtons), this.kindBox, this.finishButton,
      make("label", { class: "check-field" }, snaps, "Snap to what exists"),
      make("label", { class: "field" }, make("span", {}, "Roads ×"), this.scale), this.selection,
      make("details", {}, make("summary", {}, "Draw over a picture"),
        make("p", { class: "hint" }, "The picture never leaves this page. New makes a city of the same shape."), file, this.coverRow));
  }

  cover(input) {
    this.page.cover = this.page.board.cover = Number(input.value);
    this.page.board.redraw();
  }

  async lay(file) {
    if (!file) return;
    await this.page.attempt(async () => {
      this.page.beneath = this.page.board.beneath = await createImageBitmap(file);
      this.coverRow.hidden = false;
      this.page.board.redraw();
    });
  }

  chooseTool(name) {
    this.finish();
    this.tool = name;
    TOOLS.forEach(([each], place) => this.toolButtons[place].setAttribute("aria-pressed", String(each === name)));
    const kinds = this.tools[name];
    this.kindBox.replaceChildren(...(kinds ? [choice("Kind", kinds.map((kind, place) => [String(place), kind.name]),
      String(this.chosen[name]), (value) => { this.chosen[name] = Number(value); })] : []));
    if (name !== "select") this.select(null);
    say(TOOLS.find(([each]) => each === name)[1]);
  }

  /** Called when the draft was replaced. */
  opened() {
    this.fresh.clear();
    this.drag = this.over = null;
    this.points = [];
    this.scale.value = this.draft.road_scale;
    if (!this.draft.features[this.selected]) this.selected = null;
    this.showSelection();
  }

  /** Changes the draft as one undoable step. */
  change(work, feature) {
    this.page.beginEdit();
    work();
    if (feature) this.fresh.set(feature, this.page.version + 1);
    this.page.edited();
    this.page.endEdit();
  }

  // ---- Features

  get feature() { return this.draft.features[this.selected]; }

  /** The width of a line, in pixels of the map. */
  width({ kind, shape, tags }) {
    if (shape !== "line") return 2;
    const { roads, ways, least_road: least, most_road: most } = this.tools;
    const like = [...roads, ...ways].find((each) =>
      Object.entries(each.tags).every(([key, tag]) => tags[key] === tag));
    const metres = parseFloat(tags.width) || like?.metres || (kind === "road" ? 9 : 3);
    const pixels = metres / this.draft.metres_per_pixel;
    return kind === "road" ? clamp(pixels * this.draft.road_scale, least, most) : pixels;
  }

  isMarker(feature) { return feature.shape === "point" && this.tools.markers.includes(feature.kind); }

  name(feature) {
    if (feature.shape === "point") return feature.tags.name || feature.kind;
    const kind = feature.kind === "road" ? feature.tags.highway : feature.kind;
    return [feature.tags.name, kind].filter(Boolean).join(", ");
  }

  /** What is below a point: a handle of the selection, a marker, a line or an area. */
  hit({ x, y }, reach) {
    const { feature } = this;
    if (feature && feature.shape !== "point") {
      for (const ring of rings(feature)) {
        const place = ring.findIndex((point) => Math.hypot(point[0] - x, point[1] - y) < reach);
        if (place >= 0) return { feature, ring, place };
      }
      const middle = segments(feature).find(([, , from, to]) =>
        Math.hypot((from[0] + to[0]) / 2 - x, (from[1] + to[1]) / 2 - y) < reach);
      if (middle) return { feature, ring: middle[0], after: middle[1] };
    }
    const all = this.draft.features;
    // A pin is drawn above its place.
    const marker = all.find((each) => this.isMarker(each) && each.parts.some(([px, py]) =>
      Math.hypot(px - x, py - y) < 1.5 * reach || Math.hypot(px - x, py - 1.8 * reach - y) < 1.5 * reach));
    if (marker) return { feature: marker };
    const lines = all.filter(({ shape }) => shape === "line")
      .map((each) => [distance(each, x, y) / Math.max(reach, this.width(each) / 2), each]).filter(([far]) => far <= 1);
    if (lines.length) return { feature: lines.reduce((best, each) => each[0] < best[0] ? each : best)[1] };
    const areas = all.filter((each) => each.shape === "area" && encloses(each, x, y))
      .map((each) => [extent(each), each]);
    return areas.length ? { feature: areas.reduce((best, each) => each[0] < best[0] ? each : best)[1] } : null;
  }

  select(feature) {
    const place = feature ? this.draft.features.indexOf(feature) : -1;
    this.selected = place >= 0 ? place : null;
    this.showSelection();
    this.page.board.redraw();
  }

  showSelection() {
    const { feature } = this;
    this.selection.replaceChildren(...(feature ? this.fields(feature) : []));
  }

  fields(feature) {
    const tag = (words, key, more) => {
      const input = make("input", { value: feature.tags[key] ?? "", ...more, change: () => this.change(() => {
        if (input.value === "") delete feature.tags[key];
        else feature.tags[key] = more.type === "number" ? Number(input.value) : input.value;
      }, feature) });
      return make("label", { class: "field" }, make("span", {}, words), input);
    };
    const kinds = feature.kind === "road" ? this.tools.roads : feature.shape === "area" ? this.tools.areas : null;
    const now = kinds?.findIndex((kind) => kind.kind === feature.kind
      && (kind.kind !== "road" || kind.tags.highway === feature.tags.highway));
    const bridge = make("input", { type: "checkbox", checked: (feature.tags.bridge ?? "no") !== "no",
      change: () => this.change(() => {
        if (bridge.checked) feature.tags.bridge = "yes"; else delete feature.tags.bridge;
      }, feature) });
    const isMarker = this.isMarker(feature);
    return [make("h3", {}, isMarker ? (feature.kind === "start" ? "Start" : `Target ${feature.kind}`)
      : `Selected ${feature.kind}`),
      kinds ? choice("Kind", kinds.map((kind, place) => [String(place), kind.name]), String(now), (value) =>
        this.change(() => this.become(feature, kinds[value]), feature)) : null,
      isMarker ? null : tag("Name", "name", { type: "text", maxlength: 200 }),
      feature.shape === "line" && feature.kind !== "other"
        ? tag("Width in m", "width",
          { type: "number", min: 0.1, max: 10_000, step: "any", placeholder: "usual" }) : null,
      feature.kind === "road" ? make("label", { class: "check-field" }, bridge, "Bridge") : null,
      feature.kind === "start" ? tag("Heading °", "heading",
        { type: "number", min: -360, max: 360, placeholder: "90" }) : null,
      isMarker ? null : make("button", { type: "button", click: () => this.remove() }, "Remove"),
    ].filter(Boolean);
  }

  /** Gives a feature the tags of a kind, in place of those of its old kind. */
  become(feature, kind) {
    for (const other of [...this.tools.roads, ...this.tools.ways, ...this.tools.areas]) {
      for (const key of Object.keys(other.tags)) delete feature.tags[key];
    }
    Object.assign(feature.tags, kind.tags);
    feature.kind = kind.kind;
  }

  remove() {
    const { feature } = this;
    if (!feature || this.isMarker(feature)) return;
    this.change(() => this.draft.features.splice(this.selected, 1));
    this.select(null);
    say("Removed");
  }

  /** Selects the previous or next feature. */
  step(by) {
    const { features } = this.draft;
    const next = this.selected == null ? (by > 0 ? 0 : features.length - 1)
      : (this.selected + by + features.length) % features.length;
    const feature = features[next];
    this.select(feature);
    const [x, y] = rings(feature)[0][0];
    this.cursor = { x, y };
    this.page.board.reveal(x, y);
    say(this.name(feature));
  }

  // ---- Places

  /** Snaps a point to corners and roads nearby; with Shift to a right or half angle. */
  snapped({ x, y }, event, except, before) {
    const keep = (px, py) => [clamp(px, 0, this.draft.width), clamp(py, 0, this.draft.height)];
    if (event.shiftKey && before) {
      const angle = Math.round(Math.atan2(y - before[1], x - before[0]) / (Math.PI / 4)) * Math.PI / 4;
      const along = (x - before[0]) * Math.cos(angle) + (y - before[1]) * Math.sin(angle);
      return keep(before[0] + along * Math.cos(angle), before[1] + along * Math.sin(angle));
    }
    const edges = this.isMarker(except ?? { shape: "" }) ? keep(x, y) : [x, y];
    if (!this.snaps || event.altKey) return edges;
    const reach = 10 / this.page.board.place.scale;
    let best = { distance: reach, point: edges };
    const others = this.draft.features.filter((each) => each !== except && each.shape !== "point");
    for (const other of others) {
      for (const point of rings(other).flat()) {
        const far = Math.hypot(point[0] - x, point[1] - y);
        if (far < best.distance) best = { distance: far, point: [...point] };
      }
    }
    if (best.distance < reach) return best.point;
    for (const road of others.filter(({ kind }) => kind === "road")) {
      for (const [, , from, to] of segments(road)) {
        const near = nearest(from, to, x, y);
        if (near.distance < best.distance) best = near;
      }
    }
    return best.point;
  }

  reach(event) {
    return (event.pointerType === "touch" ? 15 : 9) / this.page.board.place.scale;
  }

  // ---- Pointer

  down(point, event) {
    this.pressed = point;
    this.cursor = null;
    if (this.tool !== "select" || event.button === 2) return;
    const found = this.hit(point, this.reach(event));
    if (!found) {
      this.select(null);
      return;
    }
    this.page.beginEdit();
    if (found.feature !== this.feature) this.select(found.feature);
    if (found.after != null) {
      found.ring.splice(found.after + 1, 0, [point.x, point.y]);
      found.place = found.after + 1;
    }
    this.drag = { ...found, from: point, isMoved: found.after != null };
  }

  move(point, event) {
    this.hover = point;
    const { drag } = this;
    if (drag) {
      const far = Math.hypot(point.x - drag.from.x, point.y - drag.from.y) * this.page.board.place.scale;
      if (far > 3) drag.isMoved = true;
      if (drag.isMoved) this.carry(point, event);
    }
    const over = drag || this.tool !== "select" ? null : this.hit(point, this.reach(event))?.feature ?? null;
    const isOther = over !== this.over;
    this.over = over;
    if (drag || isOther || this.points.length) this.page.board.redraw();
  }

  carry(point, event) {
    const { drag } = this;
    const { feature } = drag;
    if (drag.place != null) {
      put(feature, drag.ring, drag.place, this.snapped(point, event, feature, drag.ring[drag.place - 1]));
    } else if (feature.shape === "point") {
      feature.parts[0] = this.snapped(point, event, feature);
    } else {
      const moved = new Set(rings(feature).flat());
      for (const each of moved) {
        each[0] += point.x - drag.from.x;
        each[1] += point.y - drag.from.y;
      }
      drag.from = point;
    }
    this.fresh.set(feature, this.page.version + 1);
  }

  up(point, event) {
    const { drag, pressed } = this;
    this.pressed = null;
    if (drag) {
      this.drag = null;
      if (drag.isMoved) this.page.edited();
      this.page.endEdit();
      this.page.board.redraw();
    } else if (pressed && this.tool !== "select") {
      if (event.button === 2) this.finish(); else this.add(point, event);
    }
  }

  /** Cancels what was begun. */
  cancelled() {
    this.drag = this.pressed = null;
    this.page.board.redraw();
  }

  leave() {
    this.hover = this.over = null;
    this.page.board.redraw();
  }

  /** Adds a corner to what is drawn; the last corner again ends it, the first one closes it. */
  add(point, event) {
    const { points } = this;
    const reach = this.reach(event);
    const isAt = (corner) => corner && Math.hypot(corner[0] - point.x, corner[1] - point.y) < reach;
    if (points.length > 1 && isAt(points.at(-1))) return this.finish();
    if (points.length > 2 && isAt(points[0])) {
      if (this.tool !== "areas") points.push([...points[0]]);
      return this.finish();
    }
    points.push(this.snapped(point, event, null, points.at(-1)));
    this.finishButton.hidden = points.length < 2;
    this.page.board.redraw();
    return say(`corner ${points.length}`);
  }

  /** Ends what is drawn: a line needs two corners, an area three. */
  finish() {
    const { points, tool } = this;
    this.points = [];
    this.finishButton.hidden = true;
    this.page.board.redraw();
    if (points.length < (tool === "areas" ? 3 : 2)) return;
    const kind = this.tools[tool][this.chosen[tool]];
    const shape = tool === "areas" ? "area" : "line";
    const parts = shape === "area" ? [[points]] : [points];
    const feature = { shape, kind: kind.kind, parts, tags: { ...kind.tags } };
    this.change(() => this.draft.features.push(feature), feature);
    say(`${kind.name} with ${points.length} corners`);
  }

  // ---- Keys

  key(event) {
    const isOnBoard = document.activeElement === this.page.board.canvas;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (steps && isOnBoard) {
      const far = event.shiftKey ? 2 : 12;
      const { width, height } = this.draft;
      this.cursor ??= { x: width / 2, y: height / 2 };
      this.cursor = { x: clamp(this.cursor.x + far * steps[0], 0, width),
        y: clamp(this.cursor.y + far * steps[1], 0, height) };
      this.move(this.cursor, { altKey: true });
      this.page.board.reveal(this.cursor.x, this.cursor.y);
      this.page.board.redraw();
      say(this.status);
      return true;
    }
    if (event.key === " " && isOnBoard) {
      if (this.cursor) this.press();
      return true;
    }
    const tool = TOOLS[Number(event.key) - 1];
    if (tool) this.chooseTool(tool[0]);
    const act = {
      Enter: () => this.finish(), ",": () => this.step(-1), ".": () => this.step(1), Delete: () => this.remove(),
      Backspace: () => { if (this.points.length) this.points.pop(); else this.remove(); this.page.board.redraw(); },
      Escape: () => {
        if (this.drag) this.page.cancelEdit();
        this.points = [];
        this.finishButton.hidden = true;
        this.select(null);
      },
    }[event.key];
    act?.();
    return Boolean(tool || act);
  }

  /**
   * Does at the cursor what a click does there; what is picked up moves with the arrow keys until Space puts it down.
   */
  press() {
    const event = { altKey: !this.snaps };
    if (this.drag) {
      this.up(this.cursor, event);
      say("put down");
      return;
    }
    const { cursor } = this;
    this.down(cursor, event);
    this.cursor = cursor;
    if (this.tool !== "select") this.up(cursor, event);
    else say(this.drag ? `${this.name(this.drag.feature)}: picked up` : "nothing here");
  }

  // ---- Drawing over the picture

  get status() {
    const { metres_per_pixel: metres } = this.draft;
    const at = this.cursor ?? this.hover;
    const where = at ? `${Math.round(at.x * metres)} m east, ${Math.round(at.y * metres)} m south` : "";
    const drawn = this.points.length ? `${this.points.length} corners; Enter ends` : "";
    return [this.feature ? this.name(this.feature) : "", where, drawn].filter(Boolean).join(" · ");
  }

  /** Called when the picture of a version has come: what it shows need not be drawn over it. */
  pictured(version) {
    for (const [feature, changed] of this.fresh) {
      if (changed <= version && this.drag?.feature !== feature) this.fresh.delete(feature);
    }
  }

  draw(context, board) {
    if (this.page.isPlaying) return;
    const accent = color("accent");
    context.lineCap = context.lineJoin = "round";
    for (const feature of this.fresh.keys()) this.ghost(context, board, feature, accent);
    const { feature, over } = this;
    if (over && over !== feature && over.shape !== "point") {
      trace(context, board, over);
      context.strokeStyle = accent;
      context.lineWidth = 2;
      context.stroke();
    }
    if (feature) this.handles(context, board, feature, accent);
    if (this.points.length) this.sketch(context, board, accent);
    if (this.cursor && document.activeElement === board.canvas) this.crosshair(context, board, accent);
  }

  /** A feature as it will look, until the picture shows it. */
  ghost(context, board, feature, accent) {
    if (feature.shape === "point") return;
    trace(context, board, feature);
    context.globalAlpha = 0.45;
    if (feature.shape === "area") {
      context.fillStyle = accent;
      context.fill("evenodd");
    } else {
      context.strokeStyle = accent;
      context.lineWidth = Math.max(2, this.width(feature) * board.place.scale);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  handles(context, board, feature, accent) {
    context.strokeStyle = accent;
    context.lineWidth = 2;
    if (feature.shape !== "point") {
      trace(context, board, feature);
      context.stroke();
      for (const [, , from, to] of segments(feature)) {
        this.dot(context, board.at((from[0] + to[0]) / 2, (from[1] + to[1]) / 2), 3, accent, color("surface"));
      }
    }
    for (const [x, y] of rings(feature).flat()) {
      if (feature.shape === "point") this.dot(context, board.at(x, y), 11, accent);
      else this.dot(context, board.at(x, y), 5, color("surface"), accent);
    }
  }

  dot(context, [x, y], radius, stroke, fill) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    context.strokeStyle = stroke;
    context.lineWidth = 2;
    context.stroke();
  }

  /** What is being drawn, with a line to the pointer. */
  sketch(context, board, accent) {
    const kind = this.tools[this.tool][this.chosen[this.tool]];
    const end = this.cursor ?? this.hover;
    const points = end ? [...this.points, [end.x, end.y]] : this.points;
    const shape = this.tool === "areas" && points.length > 2 ? "area" : "line";
    const parts = shape === "area" ? [[points]] : [points];
    this.ghost(context, board, { shape, kind: kind.kind, tags: kind.tags, parts }, accent);
    for (const [x, y] of this.points) this.dot(context, board.at(x, y), 5, color("surface"), accent);
  }

  crosshair(context, board, accent) {
    const [x, y] = board.at(this.cursor.x, this.cursor.y);
    context.strokeStyle = accent;
    context.lineWidth = 2;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 15 * dx, y + 15 * dy);
    }
    context.stroke();
  }
}
