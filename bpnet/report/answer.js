"use strict";
// What the network says of a drawing: of each digit in it, and of one of them, how likely and why.

const network = Object.hasOwn(ACTIVATIONS, activation) ? new Network(affines, activation) : null;
const rows = Array.from({length: widths.at(-1)}, (_, digit) => rowOf(digit));
let read = [];  // the digits of the drawing, line by line: {image, shares}
let at = 0;  // the one of them that the bars show
let chosen = null;  // the digit whose reasons are shown; null for the likeliest

// Look at a drawing, and show the answer to what was drawn last.
function look(drawing) {
  const lines = normalizedLines(drawing);
  const found = lines.map(line => line.map(piece => ({...piece, shares: network.classify(piece.image)})));
  read = found.flat();
  at = read.length - 1;
  chosen = null;
  place("read").replaceChildren(...found.map(lineOf));
  place("read").className = read.length > 1 ? "several" : "";
  showAnswer();
}

function normalizedLines(drawing) {
  const image = normalized(drawing, report.form);
  return image ? [[{image, touching: false}]] : [];
}

// Return a line of answers, each a button that brings its bars.
function lineOf(line) {
  return element("div", undefined, ...line.map(piece => {
    const button = piece.button = element("button", likeliest(piece));
    button.type = "button";
    button.onclick = () => { at = read.indexOf(piece); chosen = null; showAnswer(); };
    return button;
  }));
}

function likeliest({shares}) {
  return shares.indexOf(Math.max(...shares));
}

function showAnswer() {
  const piece = read[at];
  read.forEach((each, i) => each.button.setAttribute("aria-pressed", i === at));
  showVerdict(piece);
  const digit = piece && (chosen ?? likeliest(piece));
  rows.forEach(({button, bar, text}, i) => {
    bar.style.setProperty("--share", piece ? piece.shares[i] : 0);
    text.textContent = piece ? percent(piece.shares[i]) : "";
    button.disabled = !piece;
    button.className = piece && i === likeliest(piece) ? "most" : "";
    button.setAttribute("aria-pressed", i === digit);
  });
  showReasons(piece, digit);
}

function showVerdict(piece) {
  place("verdict").replaceChildren(...piece ?
    [element("b", percent(Math.max(...piece.shares))), "Choose a digit to see what argues for it, and what against."] :
    [element("b", "No digit yet"), "The answer comes as you draw."]);
}

// Show the image that the network sees, and which of its pixels argue for a digit.
function showReasons(piece, digit) {
  const sign = (name, text) => Object.assign(element("span", text), {className: name});
  place("why").replaceChildren(
    "Ink ", sign("for", "for"), " and ", sign("against", "against"), ` ${digit ?? "a digit"}`);
  if (!piece) return void [place("seen"), place("reasons")].forEach(blank);
  paintGrey(place("seen"), piece.image);
  network.classify(piece.image);
  paintSigned(place("reasons"), network.gradient(digit));
}

// Return the row of a digit: how likely it is, and a button for its reasons.
function rowOf(digit) {
  const bar = element("i"), text = element("span");
  const button = element("button", undefined, element("b", digit), bar, text);
  button.type = "button";
  button.title = `What argues for ${digit}`;
  button.onclick = () => { chosen = digit; showAnswer(); };
  return {button, bar, text, row: element("li", undefined, button)};
}

function showRows() {
  place("shares").append(...rows.map(({row}) => row));
}
