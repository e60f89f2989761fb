"use strict";
// What the network says of a drawing: of each digit in it, and of one of them, how likely and why.

const unknown = unknownOf(report.network);
const network = unknown ? null : new Network(affines, report.network, report.form);
const rows = Array.from({length: widths.at(-1)}, (_, digit) => rowOf(digit));
const ADVICE = {
  [TOUCHING]: "They cannot be told apart: leave a gap between them.",
  [STRANGE]: "The network knows nothing that looks like it.",
  [SMALL]: "Draw it larger.",
};
let read = [];  // the digits of the drawing, line by line: {image, seen, shares, doubt, button}
let at = 0;  // the one of them that the bars show
let chosen = null;  // the digit whose reasons are shown; null for the likeliest

// Look at a drawing, and show the answer to what was drawn last.
function look(drawing) {
  const found = normalized(drawing, report.form).map(line => line.map(answered));
  read = found.flat();
  at = read.length - 1;
  chosen = null;
  place("read").replaceChildren(...found.map(line => element("div", undefined, ...line.map(({button}) => button))));
  place("answer").className = read.length > 1 ? "several" : "";
  showAnswer();
}

// Return a piece of the drawing with the network's answer: a button that brings its bars.
function answered(piece) {
  const seen = network.see(piece.image), made = {...piece, seen, shares: network.classifySeen(seen)};
  made.touching &&= report.of_digits;  // which is known of digits only: an m has as many strokes
  made.doubt = doubtOf(made, 2 * PEN.lineWidth, measure);
  made.button = element("button", symbol(made));
  made.button.type = "button";
  made.button.title = said(made.doubt) ?? "";
  made.button.className = made.doubt ? "doubted" : "";
  made.button.onclick = () => { at = read.indexOf(made); chosen = null; showAnswer(); };
  return made;
}

// Return the answer in short, as bpnet predict does: 7; 7? if it is unsure; ? for what is not one digit.
function symbol(piece) {
  return isOne(piece) ? `${names[likeliest(piece)]}${piece.doubt ? "?" : ""}` : "?";
}

function isOne({doubt}) {
  return !Object.hasOwn(ADVICE, doubt);
}

function said(doubt) {
  return doubt === STRANGE ? words.strange : doubt;
}

function likeliest({shares}) {
  return shares.indexOf(Math.max(...shares));
}

function showAnswer() {
  const piece = read[at];
  read.forEach((each, i) => each.button.setAttribute("aria-pressed", i === at));
  showVerdict(piece);
  const first = piece && likeliest(piece), digit = chosen ?? first;
  const order = piece && ARE_MANY ? inOrder(piece) : [];
  rows.forEach(({button, bar, text, row}, i) => {
    row.style.order = order[i] ?? i;
    bar.style.setProperty("--share", piece ? piece.shares[i] : 0);
    text.textContent = piece ? percent(piece.shares[i]) : "";
    button.disabled = !piece;
    button.className = piece && i === first && isOne(piece) ? "most" : "";
    button.setAttribute("aria-pressed", i === digit);
  });
  showReasons(piece, digit);
}

// Return the place of each class among all, the likeliest first.
function inOrder({shares}) {
  const places = [];
  Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]).forEach((one, i) => { places[one] = i; });
  return places;
}

function showVerdict(piece) {
  const [first, second] = piece ? verdictOn(piece) : [`No ${words.shape} yet`, "The answer comes as you draw."];
  place("verdict").replaceChildren(element("b", first), second);
}

function verdictOn({doubt, shares}) {
  if (Object.hasOwn(ADVICE, doubt)) return [said(doubt), ADVICE[doubt]];
  const share = percent(Math.max(...shares));
  return [doubt ? `${share}, ${doubt}` : share, read.length > 1 ?
    `Choose an answer to see its bars, a ${words.class} to see its reasons.` :
    `Choose a ${words.class} to see what argues for it, and what against.`];
}

// Show what the network sees, and which of its pixels argue for a digit.
function showReasons(piece, digit) {
  const sign = (name, text) => Object.assign(element("span", text), {className: name});
  place("why").replaceChildren(
    "Ink ", sign("for", "for"), " and ", sign("against", "against"), ` ${names[digit] ?? "it"}`);
  if (!piece) return void [place("seen"), place("reasons")].forEach(blank);
  paintGrey(place("seen"), piece.seen);
  network.classifySeen(piece.seen);
  paintSigned(place("reasons"), network.gradient(digit));
}

// Return the row of a digit: how likely it is, and a button for its reasons.
function rowOf(digit) {
  const bar = element("i"), text = element("span");
  const button = element("button", undefined, named("b", digit), bar, text);
  button.type = "button";
  button.title = `What argues for ${names[digit]}`;
  button.onclick = () => { chosen = digit; showAnswer(); };
  return {button, bar, text, row: element("li", undefined, button)};
}

function showView() {
  if (report.network.view !== "as-is") place("view").textContent = `, ${report.network.view}`;
}

function showRows() {
  place("shares").append(...rows.map(({row}) => row));
}
