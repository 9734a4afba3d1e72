"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const root = document.documentElement;
  /** The page's colours by name, asked for once in each theme. */
  const known = new Map();
  const css = (name) => {
    if (!known.has(name)) known.set(name, getComputedStyle(root).getPropertyValue("--" + name).trim());
    return known.get(name);
  };
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const integers = (text) => new Int32Array(bytes(text).buffer);
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const minus = (text) => text.replace("-", "−");
  const short = (value) => {
    if (value === 0) return "0";
    const size = Math.abs(value);
    return minus(size >= 100 ? value.toFixed(size >= 1000 ? 0 : 1)
      : size >= 10 ? value.toFixed(1) : size >= 0.01 ? value.toFixed(2) : value.toPrecision(2));
  };
  /** As many decimals as tell the numbers up to a size apart. */
  const evenly = (value, greatest) =>
    minus(value.toFixed(greatest >= 99.95 ? 1 : greatest >= 0.0995 ? 2 : 4));
  const arrow = (action) => {
    const way = { "1,0": "→ ", "-1,0": "← ", "0,1": "↓ ", "0,-1": "↑ " };
    return (way[action.dx + "," + action.dy] || "") + action.name;
  };
  /** Things to draw again when the colours or the width of the page change. */
  const redraws = [];

  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  /** Sizes a canvas to the pixels that it covers, and lends its pen in units of the page. */
  const pen = (canvas, ratio) => {
    const width = canvas.clientWidth || 300;
    const height = Math.round(width * ratio);
    const density = Math.min(3, devicePixelRatio || 1);
    canvas.style.aspectRatio = "1 / " + ratio;
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    const context = canvas.getContext("2d");
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    return { context, width, height };
  };

  const rounded = (context, x, y, width, height, radius) => {
    context.beginPath();
    context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  };

  const flag = (context, x, y, side) => {
    context.strokeStyle = css("text");
    context.lineWidth = Math.max(1.5, side * 0.05);
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(x - side * 0.14, y + side * 0.28);
    context.lineTo(x - side * 0.14, y - side * 0.28);
    context.stroke();
    context.fillStyle = css("goal");
    context.beginPath();
    context.moveTo(x - side * 0.12, y - side * 0.28);
    context.lineTo(x + side * 0.26, y - side * 0.14);
    context.lineTo(x - side * 0.12, y);
    context.fill();
  };

  // MARK: Boards

  /** What does not move: drawn once for each width and theme. */
  const ground = (context, board, side) => {
    const lake = board.kind === "lake";
    const wall = (row, column) => row >= 0 && column >= 0 && row < board.rows
      && column < board.columns && board.tiles[row * board.columns + column] === 1;
    context.fillStyle = css(lake ? "ice" : "floor");
    rounded(context, 0, 0, board.columns * side, board.rows * side, 6);
    context.fill();
    if (side >= 10) {
      context.fillStyle = css(lake ? "ice-line" : "floor-line");
      for (let column = 1; column < board.columns; column += 1) {
        context.fillRect(Math.round(column * side), 0, 1, board.rows * side);
      }
      for (let row = 1; row < board.rows; row += 1) {
        context.fillRect(0, Math.round(row * side), board.columns * side, 1);
      }
    }
    const each = (kind, body) => board.tiles.forEach((tile, place) => {
      if (tile === kind) {
        body((place % board.columns) * side, Math.floor(place / board.columns) * side, place);
      }
    });
    each(1, (x, y, place) => {
      const [row, column] = [Math.floor(place / board.columns), place % board.columns];
      context.fillStyle = css("wall");
      context.fillRect(x, y, side + 0.5, side + 0.5);
      if (!wall(row + 1, column) && side >= 12) {
        context.fillStyle = css("hole");
        context.globalAlpha = 0.35;
        context.fillRect(x, y + side * 0.9, side + 0.5, side * 0.1);
        context.globalAlpha = 1;
      }
      if (!wall(row - 1, column) && side >= 12) {
        context.fillStyle = css("wall-edge");
        context.fillRect(x, y, side + 0.5, Math.max(1, side * 0.03));
      }
    });
    each(3, (x, y) => {
      context.fillStyle = css("crack");
      context.beginPath();
      context.ellipse(x + side / 2, y + side / 2, side * 0.37, side * 0.34, 0, 0, 7);
      context.fill();
      context.fillStyle = css("hole");
      context.beginPath();
      context.ellipse(x + side / 2, y + side * 0.53, side * 0.34, side * 0.3, 0, 0, 7);
      context.fill();
    });
    each(2, (x, y) => {
      context.globalAlpha = 0.2;
      context.fillStyle = css("goal");
      rounded(context, x + side * 0.07, y + side * 0.07, side * 0.86, side * 0.86, side * 0.14);
      context.fill();
      context.globalAlpha = 1;
      flag(context, x + side / 2, y + side / 2, side);
    });
    for (const exit of board.exits) {
      const x = (exit.place % board.columns) * side;
      const y = Math.floor(exit.place / board.columns) * side;
      const color = css(exit.value < 0 ? "negative" : "positive");
      rounded(context, x + side * 0.07, y + side * 0.07, side * 0.86, side * 0.86, side * 0.12);
      context.fillStyle = color;
      context.globalAlpha = 0.2;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = color;
      context.lineWidth = Math.max(1, side * 0.025);
      context.stroke();
      if (side >= 24) letter(context, (exit.value > 0 ? "+" : "") + short(exit.value), x + side / 2,
        y + side / 2, side * 0.28, color, true);
    }
    const [x, y] = [(board.start % board.columns) * side, Math.floor(board.start / board.columns) * side];
    context.strokeStyle = css("start");
    context.lineWidth = Math.max(1.5, side * 0.03);
    rounded(context, x + side * 0.13, y + side * 0.13, side * 0.74, side * 0.74, side * 0.12);
    context.stroke();
    if (side >= 24) letter(context, "S", x + side / 2, y + side / 2, side * 0.26, css("start"), true);
  };

  const letter = (context, text, x, y, size, color, bold) => {
    context.font = (bold ? "700 " : "") + size + 'px system-ui,"DejaVu Sans",sans-serif';
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = color;
    context.fillText(text, x, y + size * 0.04);
  };

  const agent = (context, x, y, radius, way, mood) => {
    context.fillStyle = css("agent-rim");
    context.beginPath();
    context.arc(x, y, radius + Math.max(1.5, radius * 0.1), 0, 7);
    context.fill();
    context.fillStyle = css("agent");
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
    if (radius < 5) return;
    for (const sign of [-1, 1]) {
      const [ex, ey] = [x + sign * radius * 0.36 + way.dx * radius * 0.2,
        y - radius * 0.1 + way.dy * radius * 0.22];
      context.strokeStyle = "#fff";
      context.lineCap = "round";
      if (mood === "glad") {
        context.lineWidth = radius * 0.14;
        context.beginPath();
        context.arc(ex, ey + radius * 0.1, radius * 0.2, Math.PI * 1.1, Math.PI * 1.9);
        context.stroke();
      } else if (mood === "dazed") {
        context.lineWidth = radius * 0.12;
        for (const turn of [-1, 1]) {
          context.beginPath();
          context.moveTo(ex - radius * 0.15, ey - turn * radius * 0.15);
          context.lineTo(ex + radius * 0.15, ey + turn * radius * 0.15);
          context.stroke();
        }
      } else {
        context.fillStyle = "#fff";
        context.beginPath();
        context.arc(ex, ey, radius * 0.245, 0, 7);
        context.fill();
        context.fillStyle = "#1d2330";
        context.beginPath();
        context.arc(ex + way.dx * radius * 0.11, ey + way.dy * radius * 0.11, radius * 0.125, 0, 7);
        context.fill();
      }
    }
  };

  // MARK: The player

  const players = data.runs.map((run, number) => {
    const section = document.querySelector(`.player[data-run="${number}"]`);
    return section ? player(section, run) : null;
  });

  function player(section, run) {
    const find = (name) => section.querySelector("." + name);
    const time = find("time");
    const playing = find("play");
    const state = { now: 0, timer: 0, shown: 0 };
    const board = run.board;
    if (board) board.tiles = bytes(board.cells);
    let episode = null;
    let still = null;

    const open = (index) => {
      stop();
      const packed = run.episodes[index];
      if (!packed.ready) {
        packed.steps = integers(packed.steps);
        packed.returns = floats(packed.returns);
        packed.actions = integers(packed.actions);
        if (packed.places) packed.places = integers(packed.places);
        if (packed.values) packed.values = floats(packed.values);
        packed.ready = true;
      }
      episode = packed;
      time.max = episode.steps.length - 1;
      state.now = 0;
      state.shown = -1;
      if (episode.pictures) load(episode).then(() => { if (episode === packed) show(0); });
      show(0);
    };

    /** Decodes all pictures before the first is needed. */
    const load = (episode) => {
      if (!episode.loaded) {
        episode.loaded = Promise.all(episode.pictures.map((picture) => {
          if (!picture) return null;
          const image = new Image();
          image.src = "data:image/png;base64," + picture.png;
          picture.image = image;
          return image.decode();
        }));
      }
      return episode.loaded;
    };

    const drawPictures = (to) => {
      const canvas = find("board");
      const first = episode.pictures[0];
      if (!first.image || !first.image.complete) return;
      if (canvas.width !== first.width || canvas.height !== first.height || to < state.shown) {
        canvas.width = first.width;
        canvas.height = first.height;
        canvas.style.aspectRatio = first.width + " / " + first.height;
        state.shown = -1;
      }
      const context = canvas.getContext("2d");
      for (let moment = state.shown + 1; moment <= to; moment += 1) {
        const picture = episode.pictures[moment];
        if (picture && picture.image) context.drawImage(picture.image, picture.x, picture.y);
      }
      state.shown = to;
    };

    const drawBoard = (place) => {
      const canvas = find("board");
      const { context, width } = pen(canvas, board.rows / board.columns);
      const side = width / board.columns;
      const key = [canvas.width, isDark()].join();
      if (!still || still.key !== key) {
        still = { key, canvas: document.createElement("canvas") };
        still.canvas.width = canvas.width;
        still.canvas.height = canvas.height;
        const inner = still.canvas.getContext("2d");
        inner.setTransform(context.getTransform());
        ground(inner, board, side);
      }
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(still.canvas, 0, 0);
      context.restore();
      const middle = (cell) => [(cell % board.columns + 0.5) * side,
        (Math.floor(cell / board.columns) + 0.5) * side];
      const moment = Math.floor(place);
      context.lineCap = "round";
      context.lineWidth = Math.max(1.5, side * 0.1);
      context.strokeStyle = css("trail");
      for (let age = Math.min(moment, 24); age > 0; age -= 1) {
        const [from, to] = [episode.places[moment - age], episode.places[moment - age + 1]];
        if (from === to) continue;
        context.globalAlpha = 1 - age / 26;
        context.beginPath();
        context.moveTo(...middle(from));
        context.lineTo(...middle(to));
        context.stroke();
      }
      context.globalAlpha = 1;
      const last = episode.places.length - 1;
      const here = episode.places[moment];
      const [x, y] = middle(here);
      const [nx, ny] = middle(episode.places[Math.min(last, moment + 1)]);
      const share = place - moment;
      const tried = episode.actions[share > 0 ? moment : moment - 1];
      const action = moment + share > 0 && run.actions[tried] || { dx: 0, dy: 0 };
      const tile = board.tiles[here];
      const stuck = share === 0 && moment > 0 && episode.places[moment - 1] === here
        && (action.dx !== 0 || action.dy !== 0);
      const mood = share > 0 ? "calm" : tile === 2 ? "glad" : tile === 3 || stuck ? "dazed" : "calm";
      agent(context, x + (nx - x) * share, y + (ny - y) * share, side * 0.3, action, mood);
    };

    const drawCourse = () => {
      const { context, width, height } = pen(find("course"), 0.16);
      const returns = episode.returns;
      let [low, high] = [Math.min(0, ...returns), Math.max(0, ...returns)];
      if (low === high) high = low + 1;
      const x = (moment) => 4 + (width - 8) * moment / Math.max(1, returns.length - 1);
      const y = (value) => 5 + (height - 10) * (1 - (value - low) / (high - low));
      context.fillStyle = css("grid");
      context.fillRect(0, Math.round(y(0)), width, 1);
      const line = (from, to, color) => {
        context.beginPath();
        for (let moment = from; moment <= to; moment += 1) context.lineTo(x(moment), y(returns[moment]));
        context.strokeStyle = color;
        context.lineWidth = 2;
        context.lineJoin = "round";
        context.stroke();
      };
      line(0, returns.length - 1, css("axis"));
      line(0, state.now, css("accent"));
      context.fillStyle = css("accent");
      context.beginPath();
      context.arc(x(state.now), y(returns[state.now]), 4, 0, 7);
      context.fill();
    };

    const showValues = () => {
      const rows = [...section.querySelectorAll(".values li")];
      if (!rows.length) return;
      const count = rows.length;
      const from = state.now * count;
      const known = episode.values ? [...episode.values.slice(from, from + count)] : [];
      if (!state.bounds || state.bounds.of !== episode) {
        const finite = episode.values ? [...episode.values].filter(Number.isFinite) : [];
        state.bounds = { of: episode, low: Math.min(0, ...finite), high: Math.max(0, ...finite) };
      }
      const { low, high } = state.bounds;
      const best = Math.max(...known.filter(Number.isFinite));
      const zero = high > low ? -low / (high - low) : 0;
      rows.forEach((row, action) => {
        const value = known[action];
        const bar = row.querySelector("i");
        const share = Number.isFinite(value) && high > low ? (value - low) / (high - low) : zero;
        bar.style.left = 100 * Math.min(zero, share) + "%";
        bar.style.width = Math.max(Number.isFinite(value) ? 1 : 0, 100 * Math.abs(share - zero)) + "%";
        row.querySelector("output").textContent = Number.isFinite(value)
          ? evenly(value, Math.max(-low, high)) : "–";
        row.classList.toggle("best", value === best);
        row.classList.toggle("taken", episode.actions[state.now] === action);
      });
    };

    const describe = () => {
      const steps = episode.steps;
      const name = run.actions[episode.actions[state.now]];
      return `Step ${steps[state.now]} of ${steps[steps.length - 1]}, return `
        + short(episode.returns[state.now])
        + (name ? `, next ${name.name}` : state.now === steps.length - 1 ? `, ${episode.ending}` : "");
    };

    const draw = (place) => {
      if (board && episode.places) drawBoard(place);
      else if (episode.pictures) drawPictures(Math.floor(place));
    };

    const show = (moment, told) => {
      const last = episode.steps.length - 1;
      state.now = clamp(Math.round(moment), 0, last);
      time.value = state.now;
      time.setAttribute("aria-valuetext", describe());
      section.dataset.moment = state.now;
      const action = run.actions[episode.actions[state.now]];
      find("step").textContent = `${episode.steps[state.now]} / ${episode.steps[last]}`;
      find("return").textContent = short(episode.returns[state.now]);
      find("action").textContent = action ? arrow(action)
        : state.now === last ? episode.ending : "–";
      draw(state.now);
      drawCourse();
      showValues();
      if (told) {
        find("told").textContent = describe();
        find("board").setAttribute("aria-label", describe());
      }
    };

    const stop = () => {
      cancelAnimationFrame(state.timer);
      state.timer = 0;
      playing.textContent = "Play";
      playing.setAttribute("aria-label", "Play");
    };

    const play = () => {
      if (state.now >= episode.steps.length - 1) show(0);
      playing.textContent = "Pause";
      playing.setAttribute("aria-label", "Pause");
      let before = performance.now();
      let place = state.now;
      const tick = (now) => {
        const last = episode.steps.length - 1;
        place += (now - before) / 1000 * Number(find("speed").value);
        before = now;
        if (place >= last) {
          show(last);
          if (!find("loop").checked) {
            stop();
            show(last, true);
            return;
          }
          // The end is seen before it begins again.
          if (place >= last + Number(find("speed").value)) { place = 0; show(0); }
        } else {
          if (Math.floor(place) !== state.now) show(Math.floor(place));
          if (board && !calm.matches) draw(place);
        }
        state.timer = requestAnimationFrame(tick);
      };
      state.timer = requestAnimationFrame(tick);
    };

    const toggle = () => {
      if (!state.timer) return play();
      stop();
      show(state.now, true);
    };
    const jump = (moment) => {
      stop();
      show(moment, true);
    };
    const faster = (by) => {
      const speed = find("speed");
      speed.selectedIndex = clamp(speed.selectedIndex + by, 0, speed.options.length - 1);
    };

    playing.addEventListener("click", toggle);
    find("back").addEventListener("click", () => jump(state.now - 1));
    find("on").addEventListener("click", () => jump(state.now + 1));
    time.addEventListener("input", () => jump(Number(time.value)));
    find("episode").addEventListener("change", (event) => open(Number(event.target.value)));
    section.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const tag = event.target.tagName;
      const keys = {
        " ": toggle, k: toggle, ArrowLeft: () => jump(state.now - 1),
        ArrowRight: () => jump(state.now + 1), Home: () => jump(0),
        End: () => jump(episode.steps.length - 1), "[": () => faster(-1), "]": () => faster(1),
        l: () => find("loop").click(),
      };
      const action = keys[event.key];
      // Buttons, boxes and lists keep the keys that they are worked with.
      if (!action || tag === "SELECT" || (event.key === " " && tag !== "SECTION")
        || (event.target.type === "range" && event.key.length > 1)) return;
      event.preventDefault();
      action();
    });
    redraws.push(() => { still = null; draw(state.now); drawCourse(); });
    open(run.episodes.length - 1);
    find("episode").value = String(run.episodes.length - 1);
    return { play, stop, isPlaying: () => state.timer !== 0 };
  }

  const all = document.getElementById("play-all");
  if (all) {
    all.addEventListener("click", () => {
      const busy = players.some((one) => one && one.isPlaying());
      for (const one of players) {
        if (one) busy ? one.stop() : one.play();
      }
      all.textContent = busy ? "Play all" : "Pause all";
    });
  }

  // MARK: Heat maps

  data.runs.forEach((run, number) => {
    const section = document.querySelector(`.heat[data-run="${number}"]`);
    if (section) heat(section, run, number);
  });

  function heat(section, run, number) {
    const map = run.heat;
    const canvas = section.querySelector("canvas");
    const slider = section.querySelector(".moment");
    const told = section.querySelector(".told");
    const cells = bytes(map.cells);
    const values = map.values.map(map.exact ? floats : bytes);
    const greedy = map.greedy.map(bytes);
    const palette = () => !map.diverging ? data.colors.sequential
      : isDark() ? data.colors.divergingDark : data.colors.divergingLight;
    const most = Math.max(Math.abs(map.low), Math.abs(map.high));
    const share = (value) => map.exact ? (value - map.low) / (map.high - map.low || 1) : value / 254;
    const isKnown = (value) => map.exact ? !Number.isNaN(value) : value !== 255;
    const tint = (value, colors) =>
      colors[clamp(Math.floor(share(value) * colors.length), 0, colors.length - 1)];
    const bright = (color) => {
      const part = (from) => parseInt(color.slice(from, from + 2), 16);
      return part(1) * 0.3 + part(3) * 0.59 + part(5) * 0.11 > 140;
    };

    const moment = () => `After ${map.steps[slider.value].toLocaleString("en")} steps`
      + (map.episodes[slider.value] ? `, episode ${map.episodes[slider.value]}` : "");

    const draw = () => {
      const { context, width } = pen(canvas, map.rows / map.columns);
      const side = width / map.columns;
      const colors = palette();
      const now = values[slider.value];
      for (let place = 0; place < cells.length; place += 1) {
        const [x, y] = [(place % map.columns) * side, Math.floor(place / map.columns) * side];
        const value = now[place];
        const known = isKnown(value);
        context.fillStyle = cells[place] === 1 ? css("wall") : cells[place] === 3 ? css("ice")
          : known ? tint(value, colors) : css(cells[place] === 2 ? "surface" : "unknown");
        context.fillRect(x, y, side + 0.6, side + 0.6);
        if (cells[place] === 3) {
          context.fillStyle = css("hole");
          context.beginPath();
          context.arc(x + side / 2, y + side / 2, side * 0.33, 0, 7);
          context.fill();
        }
        if (cells[place] === 2 && !known) flag(context, x + side / 2, y + side / 2, side);
        if (!known || cells[place] === 1 || cells[place] === 3) continue;
        if (side >= 9) arrows(context, greedy[slider.value][place], x + side / 2,
          y + side * (side >= 40 ? 0.4 : 0.5), side, bright(tint(value, colors)));
        if (side >= 40 && map.exact) letter(context, evenly(value, most), x + side / 2, y + side * 0.82,
          clamp(side * 0.17, 10, 18), bright(tint(value, colors)) ? "#14171e" : "#fff", false);
      }
      if (side >= 14) {
        context.fillStyle = css("background");
        context.globalAlpha = 0.45;
        for (let line = 1; line < map.columns; line += 1) {
          context.fillRect(Math.round(line * side), 0, 1, map.rows * side);
        }
        for (let line = 1; line < map.rows; line += 1) {
          context.fillRect(0, Math.round(line * side), map.columns * side, 1);
        }
        context.globalAlpha = 1;
      }
    };

    const arrows = (context, bits, x, y, side, dark) => {
      const ways = run.actions.filter((_, action) => bits >> action & 1);
      context.strokeStyle = context.fillStyle = dark ? "#14171e" : "#fff";
      context.lineWidth = Math.max(1.2, side * (ways.length > 1 ? 0.04 : 0.06));
      context.lineCap = "butt";
      for (const way of ways) {
        if (way.dx === 0 && way.dy === 0) {
          context.fillRect(x - side * 0.07, y - side * 0.07, side * 0.14, side * 0.14);
          continue;
        }
        const reach = side * (ways.length > 1 ? 0.24 : 0.22);
        const back = ways.length > 1 ? -side * 0.05 : reach;
        const [tx, ty] = [x + way.dx * reach, y + way.dy * reach];
        const tip = side * (ways.length > 1 ? 0.09 : 0.13);
        context.beginPath();
        context.moveTo(x - way.dx * back, y - way.dy * back);
        context.lineTo(tx - way.dx * tip * 0.8, ty - way.dy * tip * 0.8);
        context.stroke();
        context.beginPath();
        context.moveTo(tx, ty);
        context.lineTo(tx - way.dx * tip - way.dy * tip * 0.7, ty - way.dy * tip + way.dx * tip * 0.7);
        context.lineTo(tx - way.dx * tip + way.dy * tip * 0.7, ty - way.dy * tip - way.dx * tip * 0.7);
        context.fill();
      }
    };

    const scale = () => {
      const caption = section.querySelector(".scale");
      caption.textContent = "";
      const bar = document.createElement("canvas");
      const colors = palette();
      bar.width = colors.length;
      bar.height = 1;
      const context = bar.getContext("2d");
      colors.forEach((color, step) => {
        context.fillStyle = color;
        context.fillRect(step, 0, 1, 1);
      });
      const box = document.createElement("span");
      box.textContent = map.directions;
      caption.append(short(map.low), bar, short(map.high), box);
      bar.setAttribute("aria-hidden", "true");
    };

    const show = () => {
      draw();
      told.textContent = moment();
      slider.setAttribute("aria-valuetext", moment());
      section.dataset.moment = slider.value;
      cursor(number, map.episodes[slider.value]);
    };

    const read = (event) => {
      const box = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - box.left) / box.width * map.columns);
      const row = Math.floor((event.clientY - box.top) / box.height * map.rows);
      const place = row * map.columns + column;
      if (column < 0 || row < 0 || column >= map.columns || row >= map.rows) return;
      const value = values[slider.value][place];
      const known = isKnown(value);
      const number = map.exact ? value : map.low + (map.high - map.low) * value / 254;
      const best = run.actions.filter((_, action) => greedy[slider.value][place] >> action & 1);
      told.textContent = `${moment()}: row ${row}, column ${column}: `
        + (cells[place] === 1 ? "a wall" : !known ? "nothing learned yet"
          : short(number) + (best.length ? ", best " + best.map((one) => one.name).join(" or ") : ""));
    };

    slider.addEventListener("input", show);
    canvas.addEventListener("pointermove", read);
    canvas.addEventListener("pointerdown", read);
    canvas.addEventListener("pointerleave", () => { told.textContent = moment(); });
    redraws.push(() => { scale(); draw(); });
    scale();
    draw();
    told.textContent = moment();
    slider.setAttribute("aria-valuetext", moment());
    section.dataset.moment = slider.value;
  }

  /** Marks an episode in a run's curve. */
  function cursor(number, episode) {
    const curve = document.querySelector(`g[data-run="${number}"]`);
    const drawing = curve && curve.closest("svg");
    const line = drawing && drawing.querySelector(".cursor");
    if (!line || !episode) return;
    const x = Number(drawing.dataset.left)
      + Number(drawing.dataset.width) * episode / Number(drawing.dataset.episodes);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.setAttribute("visibility", "visible");
  }

  // MARK: The page

  const redraw = () => {
    known.clear();
    for (const one of redraws) one();
  };
  const theme = document.getElementById("theme");
  const label = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-pressed", String(isDark()));
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { label(); redraw(); });
  let waiting = 0;
  // Not only a window's new size: a page that grows gets a bar, and has less room.
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(redraw);
  }).observe(document.querySelector("main"));
  label();
})();
