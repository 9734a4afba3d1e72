import { make } from "./dom.js";
import { decoded, messages } from "./server.js";

/** The bytes before a game's state and its picture: how long each is. */
const HEAD = 8;

/**
 * The frames of a game as they come: `shown(state, image)` is called with each. If several have come at once, only the
 * newest picture is shown.
 */
export async function frames(address, shown, signal) {
  const sizes = (view) => [view.getUint32(4, true), view.getUint32(0, true)];
  const length = (view) => sizes(view).reduce((sum, size) => sum + size, HEAD);
  for await (const come of messages(address, HEAD, length, { signal })) {
    const parts = come.map((message) => {
      const [words] = sizes(new DataView(message.buffer, message.byteOffset, HEAD));
      return { words: message.subarray(HEAD, HEAD + words), picture: message.subarray(HEAD + words) };
    });
    const { picture } = parts.findLast((part) => part.picture.length) ?? {};
    const state = JSON.parse(new TextDecoder().decode(parts.at(-1).words));
    shown(state, picture ? await decoded(picture) : null);
  }
}

/** Reports where a picture is pointed at, as shares of it from the left and the top, and null at the end. */
export function pointed(element, canvas, hear) {
  let active = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
    const share = (at, start, length, whole) => (at - start - (length - whole * scale) / 2) / (whole * scale);
    return [share(event.clientX, box.left, box.width, canvas.width), share(event.clientY, box.top, box.height, canvas.height)];
  };
  element.addEventListener("pointerdown", (event) => {
    if (active !== null || event.button) return;
    active = event.pointerId;
    element.setPointerCapture(active);
    hear(place(event));
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId === active) hear(place(event));
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    element.addEventListener(name, (event) => {
      if (event.pointerId !== active) return;
      active = null;
      hear(null);
    });
  }
}

const NAMES = { ArrowLeft: "←", ArrowUp: "↑", ArrowDown: "↓", ArrowRight: "→", Space: "Space" };

/** A world's keys as buttons, for devices without keys: those with a direction are placed around the middle. */
export class Pad {
  constructor(keys, { press, release }) {
    const rows = keys.flatMap(({ way }) => way ? [way[1]] : []);
    this.buttons = keys.map((key) => {
      const [code] = key.codes;
      const name = NAMES[code] ?? code.replace(/^Digit|^Key/, "");
      const button = make("button", { type: "button", "aria-label": `${key.label}, key ${key.codes.map((one) =>
        one.replace(/^Digit|^Key/, "")).join(" or ")}` }, name, make("small", {}, key.label));
      button.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        button.setPointerCapture(event.pointerId);
        press(code);
      });
      for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
        button.addEventListener(end, () => release(code));
      }
      // A click without a pointer comes from a keyboard or a screen reader.
      button.addEventListener("click", (event) => {
        if (event.detail) return;
        press(code);
        release(code);
      });
      if (key.way) {
        button.style.gridColumn = 2 + key.way[0];
        button.style.gridRow = 1 + key.way[1] - Math.min(...rows);
      }
      return { key, button };
    });
    const part = (isOnPad, name) => make("div", { class: name },
      this.buttons.filter(({ key }) => Boolean(key.way) === isOnPad).map(({ button }) => button));
    this.element = make("div", { class: "keys" }, part(true, "pad"), part(false, "beside"));
  }

  /** Shows which keys are down. */
  light(codes) {
    for (const { key, button } of this.buttons) {
      button.classList.toggle("down", key.codes.some((code) => codes.includes(code)));
    }
  }
}
