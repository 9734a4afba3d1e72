import { make } from "./dom.js";
import { clamp } from "./numbers.js";

const MOST_PICTURE = 2400;
/** Roughly the share of a picture's longer side that the map takes: the rest is margin. */
const MAP_SHARE = 0.9333;

/**
 * A map's picture that can be zoomed, moved and pointed at. Places are in the map's own units: cells, or pixels of a
 * city. `draw(context, board)` draws over the picture; `down`, `move`, `up` and `leave` receive the pointer's place.
 */
export class Board {
  constructor({ label, draw, down, move, up, leave, cancel, changed }) {
    Object.assign(this, { draw, changed, size: { width: 1, height: 1 }, place: { scale: 0, x: 0, y: 0 } });
    this.touches = new Map();
    this.canvas = make("canvas", {
      tabindex: 0, role: "application", "aria-label": label, "aria-describedby": "maps-help",
      pointerdown: (event) => this.press(event, down, cancel), pointermove: (event) => this.drag(event, move),
      pointerup: (event) => this.release(event, up), pointercancel: (event) => this.release(event, cancel),
      pointerleave: () => leave(), contextmenu: (event) => event.preventDefault(),
      focus: () => this.redraw(), blur: () => this.redraw(),
    });
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.box = make("div", { class: "map-board" }, this.canvas);
    this.resized = new ResizeObserver(() => {
      if (this.isFitted) this.fit(); else this.redraw();
    });
    this.resized.observe(this.box);
    this.isFitted = true;
  }

  close() {
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** Sets the sides of another map. */
  resize(width, height) {
    const isSame = width === this.size.width && height === this.size.height;
    this.size = { width, height };
    this.box.classList.toggle("wide", width > 1.2 * height);
    if (!isSame || !this.place.scale) this.fit();
  }

  /** Shows a picture, with the map's place on it as shares of the picture. */
  show(image, shares) {
    Object.assign(this, { image, shares });
    if (image && this.isFitted) this.settle();
    this.redraw();
  }

  /** Zooms so that each pixel of the picture is one of the screen, if that is almost so already. */
  settle() {
    const [x, y, width] = this.shares;
    const { ratio } = this;
    const [wide, high] = [this.image.width / ratio, this.image.height / ratio];
    const scale = width * wide / this.size.width;
    if (Math.abs(scale / this.place.scale - 1) > 0.1) return;
    const start = (room, side) => Math.round((room - side) / 2 * ratio) / ratio;
    const [left, top] = [start(this.box.clientWidth, wide), start(this.box.clientHeight, high)];
    this.place = { scale, x: left + x * wide, y: top + y * high };
  }

  /** Screen pixels per page pixel. */
  get ratio() {
    return Math.min(devicePixelRatio, 2);
  }

  // ---- Coordinates

  /** Where the map is when all of it is visible. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height) return;
    const margin = Math.min(24, width / 24);
    const scale = Math.min((width - 2 * margin) / this.size.width, (height - 2 * margin) / this.size.height);
    this.isFitted = true;
    this.fitScale = scale;
    this.put(scale, (width - this.size.width * scale) / 2, (height - this.size.height * scale) / 2);
  }

  put(scale, x, y) {
    this.place = { scale, x, y };
    this.redraw();
    this.changed?.();
  }

  /** Zooms about a point of the box, or its middle. */
  zoom(factor, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    const { scale } = this.place;
    const whole = Math.min(this.box.clientWidth / this.size.width, this.box.clientHeight / this.size.height);
    const next = clamp(scale * factor, whole / 4, Math.max(whole * 24, 40));
    this.isFitted = false;
    this.put(next, x - (x - this.place.x) * next / scale, y - (y - this.place.y) * next / scale);
  }

  move(dx, dy) {
    this.isFitted = false;
    this.put(this.place.scale, this.place.x + dx, this.place.y + dy);
  }

  /** The point of the map below a pointer. */
  point(event) {
    const area = this.canvas.getBoundingClientRect();
    const { scale, x, y } = this.place;
    return { x: (event.clientX - area.left - x) / scale, y: (event.clientY - area.top - y) / scale };
  }

  /** Where a point of the map is in the box. */
  at(x, y) {
    return [this.place.x + x * this.place.scale, this.place.y + y * this.place.scale];
  }

  /** Moves the view so that a point is visible. */
  reveal(x, y) {
    const [left, top] = this.at(x, y);
    const { clientWidth: width, clientHeight: height } = this.box;
    const edge = 40;
    const dx = left < edge ? edge - left : left > width - edge ? width - edge - left : 0;
    const dy = top < edge ? edge - top : top > height - edge ? height - edge - top : 0;
    if (dx || dy) this.move(dx, dy);
  }

  /** The useful size of a picture now: its longer side. */
  get pictureSize() {
    const side = Math.max(this.size.width, this.size.height) / MAP_SHARE * this.ratio;
    if (this.isFitted) return clamp(Math.floor(side * this.fitScale), 64, MOST_PICTURE);
    return clamp(Math.ceil(side * this.place.scale / 160) * 160, 64, MOST_PICTURE);
  }

  // ---- Pointers

  press(event, down, cancel) {
    this.touches.set(event.pointerId, event);
    this.canvas.setPointerCapture(event.pointerId);
    if (this.touches.size === 2) {
      cancel();
      this.isPinching = true;
    }
    if (this.isPinching) return;
    if (event.button === 1 || this.isHand) {
      this.isMoving = true;
      event.preventDefault();
      return;
    }
    down(this.point(event), event);
  }

  drag(event, move) {
    const before = this.touches.get(event.pointerId);
    if (before) this.touches.set(event.pointerId, event);
    if (this.isPinching && before) {
      const other = [...this.touches.values()].find((touch) => touch.pointerId !== event.pointerId);
      if (!other) return;
      const far = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      const area = this.canvas.getBoundingClientRect();
      this.move((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
      this.zoom(far(event, other) / Math.max(1, far(before, other)),
        (event.clientX + other.clientX) / 2 - area.left, (event.clientY + other.clientY) / 2 - area.top);
    } else if (this.isMoving && before) {
      this.move(event.clientX - before.clientX, event.clientY - before.clientY);
    } else if (!this.isPinching) {
      move(this.point(event), event);
    }
  }

  release(event, up) {
    this.touches.delete(event.pointerId);
    const wasDrawing = !this.isPinching && !this.isMoving;
    if (!this.touches.size) this.isPinching = this.isMoving = false;
    if (wasDrawing) up(this.point(event), event);
  }

  wheel(event) {
    const area = this.canvas.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 240), event.clientX - area.left, event.clientY - area.top);
    } else if (!this.isFitted) {
      event.preventDefault();
      this.move(-event.deltaX, -event.deltaY);
    }
  }

  // ---- Drawing

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const { canvas, box, image, ratio } = this;
    const [width, height] = [Math.round(box.clientWidth * ratio), Math.round(box.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const [left, top] = this.at(0, 0);
    const wide = this.size.width * this.place.scale;
    const high = this.size.height * this.place.scale;
    if (this.beneath) {
      const { width: across, height: down } = this.beneath;
      const scale = Math.min(wide / across, high / down);
      context.drawImage(this.beneath, left + (wide - across * scale) / 2, top + (high - down * scale) / 2,
        across * scale, down * scale);
    }
    if (image) {
      const [x, y, w, h] = this.shares;
      context.imageSmoothingQuality = "high";
      context.globalAlpha = this.beneath ? this.cover : 1;
      // Only the map itself may cover a picture beneath it; otherwise its margin belongs to it.
      if (this.beneath) {
        context.drawImage(image, x * image.width, y * image.height, w * image.width, h * image.height,
          left, top, wide, high);
      } else {
        context.drawImage(image, left - x * wide / w, top - y * high / h, wide / w, high / h);
      }
      context.globalAlpha = 1;
    }
    this.draw(context, this);
  }
}

/** The colour of a variable of the style sheet. */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
