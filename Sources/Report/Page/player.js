import { BoardView } from "./board.js";
import { Clock } from "./clock.js";
import { Course } from "./course.js";
import { FilmView } from "./film.js";
import { listen } from "./keys.js";
import { clamp, short } from "./numbers.js";
import { theme } from "./theme.js";
import { Values } from "./values.js";
import { Why } from "./why.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const ARROWS = { "1,0": "→ ", "-1,0": "← ", "0,1": "↓ ", "0,-1": "↑ " };

/** Plays a run's episodes. */
export class Player {
  constructor(section, run, board, bytes) {
    Object.assign(this, { section, run, board, bytes, moment: 0 });
    const find = (name) => section.querySelector("." + name);
    this.parts = Object.fromEntries(["time", "play", "back", "on", "episode", "speed", "loop", "step",
      "return", "action", "reading", "board"].map((name) => [name, find(name)]));
    this.course = new Course(find("course"));
    this.values = new Values([...section.querySelectorAll(".values li")]);
    this.why = new Why(section, run);
    this.clock = new Clock({
      last: () => this.last, speed: () => Number(this.parts.speed.value),
      loops: () => this.parts.loop.checked, tick: (place) => this.tick(place),
      ended: () => { this.label(); this.show(this.last, true); },
    });
    this.listen();
    theme.onChange(() => this.load());
    this.parts.episode.value = String(run.episodes.length - 1);
    this.open(run.episodes.length - 1);
  }

  get last() {
    return this.episode.steps.length - 1;
  }

  listen() {
    const { parts } = this;
    const jump = (moment) => { this.stop(); this.show(moment, true); };
    const [back, on] = [() => jump(this.moment - 1), () => jump(this.moment + 1)];
    const toggle = () => this.toggle();
    const faster = (by) => {
      const { speed } = parts;
      speed.selectedIndex = clamp(speed.selectedIndex + by, 0, speed.options.length - 1);
    };
    parts.play.addEventListener("click", toggle);
    parts.back.addEventListener("click", back);
    parts.on.addEventListener("click", on);
    parts.time.addEventListener("input", () => jump(Number(parts.time.value)));
    parts.episode.addEventListener("change", () => this.open(Number(parts.episode.value)));
    listen(this.section, {
      " ": toggle, k: toggle, ArrowLeft: back, ArrowRight: on, Home: () => jump(0),
      End: () => jump(this.last), "[": () => faster(-1), "]": () => faster(1),
      l: () => parts.loop.click(),
    });
  }

  open(index) {
    this.stop();
    this.episode = unpacked(this.run.episodes[index], this.board, this.bytes);
    this.parts.time.max = this.last;
    this.course.open(this.episode);
    this.values.open(this.episode);
    this.why.open(this.episode);
    this.show(0);
    this.load();
  }

  /** Goes to a step of one of the episodes. */
  goTo(index, t) {
    this.parts.episode.value = String(index);
    this.open(index);
    const place = this.episode.steps.findIndex((step) => step >= t);
    this.show(place < 0 ? this.last : place, true);
    this.section.scrollIntoView({ block: "nearest" });
    this.section.focus({ preventScroll: true });
  }

  /** Shows an episode's pictures once they are decoded. */
  async load() {
    const { episode, parts: { board } } = this;
    const { name } = theme;
    const painted = await episode.view.load(name);
    // Another episode or theme has been chosen in the meantime.
    if (episode !== this.episode || name !== theme.name) return;
    episode.view.use(painted);
    board.width = episode.view.width;
    board.height = episode.view.height;
    this.canvas = board.getContext("2d");
    this.canvasOf = episode;
    this.draw(this.moment);
    this.section.dataset.theme = name;
  }

  draw(place) {
    if (this.canvasOf !== this.episode) return;
    const moment = Math.floor(place);
    this.episode.view.draw(this.canvas, moment, place - moment);
  }

  tick(place) {
    if (Math.floor(place) !== this.moment) this.show(place);
    if (this.episode.view.glides && !calm.matches) this.draw(place);
  }

  get isPlaying() {
    return this.clock.isPlaying;
  }

  play() {
    this.clock.play(this.moment);
    this.label();
  }

  stop() {
    this.clock.stop();
    this.label();
  }

  toggle() {
    if (!this.isPlaying) return this.play();
    this.stop();
    this.show(this.moment, true);
  }

  label() {
    const name = this.isPlaying ? "Pause" : "Play";
    this.parts.play.textContent = name;
    this.parts.play.setAttribute("aria-label", name);
  }

  /** Shows a moment; with `isRead` a screen reader announces it. */
  show(moment, isRead) {
    const { parts, episode } = this;
    this.moment = clamp(Math.floor(moment), 0, this.last);
    const words = this.words();
    parts.time.value = this.moment;
    parts.time.setAttribute("aria-valuetext", words);
    this.section.dataset.moment = this.moment;
    const action = this.run.actions[episode.actions[this.moment]];
    parts.step.textContent = `${episode.steps[this.moment]} / ${episode.steps[this.last]}`;
    parts.return.textContent = short(episode.returns[this.moment]);
    parts.action.textContent = action ? (ARROWS[[action.dx, action.dy]] ?? "") + action.name
      : this.moment === this.last ? episode.ending : "–";
    this.draw(this.moment);
    this.course.show(this.moment);
    this.values.show(this.moment, episode.actions[this.moment]);
    this.why.show(this.moment, this.last);
    if (isRead) {
      parts.reading.textContent = words;
      parts.board.setAttribute("aria-label", words);
    }
  }

  words() {
    const { steps, returns, actions, ending } = this.episode;
    const action = this.run.actions[actions[this.moment]];
    return `Step ${steps[this.moment]} of ${steps[this.last]}, return ${short(returns[this.moment])}`
      + (action ? `, next ${action.name}` : this.moment === this.last ? `, ${ending}` : "");
  }
}

/** Where the lines of each moment's explanation are, if there are any. */
function explanations({ explained, explainedCounts }, bytes) {
  if (!explained) return null;
  const places = bytes.integers(explained);
  let start = 0;
  return [...bytes.integers(explainedCounts)].map((count) =>
    [...places.subarray(start, start += count)]);
}

/** An episode with its numbers as arrays and a view of its pictures; created once. */
function unpacked(episode, board, bytes) {
  if (episode.view) return episode;
  episode.steps = bytes.integers(episode.steps);
  episode.returns = bytes.floats(episode.returns);
  episode.actions = bytes.integers(episode.actions);
  episode.explanations = explanations(episode, bytes);
  episode.values = episode.values ? bytes.floats(episode.values) : new Float32Array();
  episode.view = episode.overlay ? new BoardView(board, episode.overlay, bytes)
    : new FilmView(episode.film, bytes);
  return episode;
}
