import { clamp } from "./numbers.js";

/** The lists of points of a feature, by reference: its lines, or the rings of its polygons. */
export function rings({ shape, parts }) {
  return shape === "area" ? parts.flat() : shape === "line" ? parts : [parts];
}

/** Whether a line ends where it begins. */
export function isClosed(line) {
  const [first, last] = [line[0], line.at(-1)];
  return line.length > 3 && first[0] === last[0] && first[1] === last[1];
}

/** The point of a segment that is nearest to another point, and the distance. */
export function nearest([ax, ay], [bx, by], x, y) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
  const point = [ax + share * dx, ay + share * dy];
  return { point, distance: Math.hypot(point[0] - x, point[1] - y) };
}

/** The segments of a feature's rings: those of areas are closed. */
export function segments(feature) {
  return rings(feature).flatMap((ring) => ring.map((point, place) => [ring, place, point,
    ring[place + 1] ?? (feature.shape === "area" ? ring[0] : null)])).filter(([, , , next]) => next);
}

/** How far a point is from the lines of a feature. */
export function distance(feature, x, y) {
  return Math.min(Infinity, ...segments(feature).map(([, , from, to]) => nearest(from, to, x, y).distance));
}

/** Whether a point is inside an area (even-odd). */
export function encloses(feature, x, y) {
  let isInside = false;
  for (const ring of rings(feature)) {
    let before = ring.at(-1);
    for (const point of ring) {
      if ((point[1] > y) !== (before[1] > y)
        && x < point[0] + (before[0] - point[0]) * (y - point[1]) / (before[1] - point[1])) isInside = !isInside;
      before = point;
    }
  }
  return isInside;
}

/** The area of the box around a feature. */
export function extent(feature) {
  const points = rings(feature).flat();
  const span = (values) => Math.max(...values) - Math.min(...values);
  return span(points.map(([x]) => x)) * span(points.map(([, y]) => y));
}

/** Moves a point of a ring; the ends of a closed line stay together. */
export function put(feature, ring, place, [x, y]) {
  const last = feature.shape === "line" && isClosed(ring) && (place === 0 || place === ring.length - 1);
  for (const each of last ? [0, ring.length - 1] : [place]) [ring[each][0], ring[each][1]] = [x, y];
}

/** Traces a feature on a canvas. */
export function trace(context, board, feature) {
  context.beginPath();
  for (const ring of rings(feature)) {
    ring.forEach(([x, y], place) => context[place ? "lineTo" : "moveTo"](...board.at(x, y)));
    if (feature.shape === "area") context.closePath();
  }
}
