import { make } from "./dom.js";
import { clamp } from "./numbers.js";

/** A chart drawn by the server, with a cursor over it. `choose(x)` is called with the place that is pointed at. */
export function drawnChart(name, choose) {
  const image = make("img", { alt: "", draggable: "false" });
  const cursor = make("div", { class: "cursor", hidden: true });
  const flagged = make("div", { class: "flags" });
  const words = make("p", { class: "hint" });
  const box = make("figure", { class: `chart ${name}` }, image, cursor, flagged, words);
  let drawn;
  let url;
  const share = (x) => {
    const [left, , width] = drawn.plot;
    const [low, high] = drawn.x;
    return (left + (x - low) / (high - low) * width) / drawn.width;
  };
  const pointed = (event) => {
    const area = image.getBoundingClientRect();
    const [left, , width] = drawn.plot;
    const place = ((event.clientX - area.left) / area.width * drawn.width - left) / width;
    const [low, high] = drawn.x;
    return low + clamp(place, 0, 1) * (high - low);
  };
  image.addEventListener("pointerdown", (event) => {
    if (!drawn) return;
    image.setPointerCapture(event.pointerId);
    choose(pointed(event));
  });
  image.addEventListener("pointermove", (event) => {
    if (drawn && event.buttons & 1) choose(pointed(event));
  });
  return {
    box,
    show(next, label) {
      drawn = next;
      words.textContent = "";
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(new Blob([next.svg], { type: "image/svg+xml" }));
      image.src = url;
      image.width = next.width;
      image.height = next.height;
      image.alt = label;
    },
    mark(x) {
      const isShown = drawn && x != null && x >= drawn.x[0] && x <= drawn.x[1];
      cursor.hidden = !isShown;
      if (!isShown) return;
      const [, top, , height] = drawn.plot;
      Object.assign(cursor.style, {
        left: `${100 * share(x)}%`, top: `${100 * top / drawn.height}%`, height: `${100 * height / drawn.height}%`,
      });
    },
    flags(flags) {
      flagged.replaceChildren(...(drawn ? flags : []).filter(({ x }) => x >= drawn.x[0] && x <= drawn.x[1])
        .map(({ x, words: title, choose: chosen }) => {
          const flag = make("button", { type: "button", title, "aria-label": title, tabindex: -1, click: chosen });
          flag.style.left = `${100 * share(x)}%`;
          flag.style.top = `${100 * drawn.plot[1] / drawn.height}%`;
          return flag;
        }));
    },
    say(sentence) {
      drawn = null;
      image.removeAttribute("src");
      cursor.hidden = true;
      words.textContent = sentence;
    },
  };
}
