"use strict";
// What a network sees of an image, as bpnet/datasets/views.py makes it: each row is read at other columns.
// `form` holds the constants of that module. Ink is {rows, columns, down, across}: its levels, and how far
// each row and column is from the centre of mass. A view gives the slant and the stretch of ink.

const VIEWS = new Map([["as-is", () => ({slant: 0, stretch: 1})], ["deslanted", deslanted]]);  // and widths

// Return what makes of an image of bytes what is seen in the view of this name; undefined if the script has none.
function viewOf(name, form) {
  const width = /^width-(\d+)$/.exec(name)?.[1];
  const view = width ? broadened.bind(null, Number(width)) : VIEWS.get(name);
  return view && (image => viewed(ink => view(ink, form), image));
}

// Return an image of bytes in a view.
function viewed(view, image) {
  const side = Math.sqrt(image.length), grid = Array.from(Array(side).keys());
  const rows = grid.map(y => Array.from(image.slice(y * side, (y + 1) * side)));
  const columns = grid.map(x => rows.map(row => row[x]));
  const down = fromCentre(rows), across = fromCentre(columns);
  const {slant, stretch} = view({rows, columns, down, across});
  return Uint8ClampedArray.from(rows.flatMap((row, y) =>  // which rounds as NumPy does: a half to the even byte
    across.map((far, x) => levelAt(row, x - far + far / stretch + slant * down[y]))));
}

// Return how far each of these rows, or columns, is from the ink's centre of mass.
function fromCentre(lines) {
  const masses = lines.map(total), centre = dot(masses, Array.from(masses.keys())) / (total(masses) || 1);
  return masses.map((_, i) => i - centre);
}

function total(levels) {
  return levels.reduce((sum, level) => sum + level, 0);
}

// Return the level of a row between two of its columns; outside it is 0.
function levelAt(row, column) {
  const start = Math.floor(column), [left, right] = [row[start] ?? 0, row[start + 1] ?? 0];
  return left + (column - start) * (right - left);
}

// Return the slant s = cov(down, across) / var(down) of the ink, but no more than the frame has room for.
function deslanted({rows, down, across}, {steepest, least: none, still}) {
  const moment = dot(rows.map(row => dot(row, across)), down), square = dot(rows.map(total), down.map(far => far ** 2));
  const s = moment / Math.max(square, none);  // 0 if the ink has no height
  let least = -steepest, most = steepest;
  for (const [y, row] of rows.entries()) {
    if (!row.some(Boolean) || Math.abs(down[y]) < still) continue;
    const left = row.findIndex(Boolean), right = row.length - 1 - row.findLastIndex(Boolean);
    const [leftwards, rightwards] = down[y] > 0 ? [left, right] : [right, left];
    const far = Math.abs(down[y]);
    least = Math.max(least, -rightwards / far);
    most = Math.min(most, leftwards / far);
  }
  return {slant: Math.min(Math.max(s, least), most), stretch: 1};
}

// Return the stretch that makes the ink so many pixels wide, unless it is narrow or the frame has no room.
function broadened(width, {rows, columns, down, across}, {widest, narrow}) {
  const [left, right] = inkEnds(columns, across), [top, bottom] = inkEnds(rows, down);
  const wide = right - left + 1, high = bottom - top + 1, most = wide < narrow * high ? 1 : widest;
  const room = Math.min((1 - across[0]) / (1 - left), (1 + across.at(-1)) / (1 + right));
  return {slant: 0, stretch: Math.min(width / wide, most, Math.max(1, room))};
}

// Return how far the first and the last row, or column, with ink is from the centre of mass.
function inkEnds(lines, distances) {
  const inked = distances.filter((_, i) => lines[i].some(Boolean));
  return [Math.min(0, ...inked), Math.max(0, ...inked)];
}
