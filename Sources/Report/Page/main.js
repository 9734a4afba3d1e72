import { Board } from "./board.js";
import { Bytes } from "./bytes.js";
import { Curves } from "./curves.js";
import { Knowledge } from "./knowledge.js";
import { Player } from "./player.js";
import { theme } from "./theme.js";

const text = (id) => document.getElementById(id).textContent;
const { runs, figures } = JSON.parse(text("data"));
const bytes = new Bytes(text("bytes"));
const section = (name, run) => document.querySelector(`.${name}[data-run="${run}"]`);

// The curves and the heat map show the same moment of training.
const knowledge = [];
const curves = [...document.querySelectorAll("figure.learning")].map((figure, number) =>
  new Curves(figure, figures[number], bytes, (run, episode) => knowledge[run]?.goTo(episode)));
runs.forEach((run, number) => {
  if (!run.heat) return;
  const beside = curves.filter((one) => one.shows(number));
  knowledge[number] = new Knowledge(section("heat", number), run, bytes,
    (episode) => beside.forEach((one) => one.show(episode)));
});

const playerOf = runs.map((run, number) => {
  const board = run.board && new Board(run.board, bytes);
  const found = section("player", number);
  return found && new Player(found, run, board, bytes);
});
const players = playerOf.filter(Boolean);

for (const button of document.querySelectorAll(".moments button")) {
  const { run, episode, t } = button.dataset;
  button.addEventListener("click", () => playerOf[run].goTo(Number(episode), Number(t)));
}

const all = document.getElementById("play-all");
all?.addEventListener("click", () => {
  const isBusy = players.some((player) => player.isPlaying);
  players.forEach((player) => isBusy ? player.stop() : player.play());
  all.textContent = isBusy ? "Play all" : "Pause all";
});

const button = document.getElementById("theme");
const label = () => {
  button.textContent = theme.isDark ? "Light" : "Dark";
  button.setAttribute("aria-pressed", String(theme.isDark));
};
button.addEventListener("click", () => theme.toggle());
theme.onChange(label);
label();
