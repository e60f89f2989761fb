"use strict";
// Your own digit: a sheet of white paper, and what the network says of the drawing on it.

const paper = place("paper").getContext("2d", {willReadFrequently: true});
const PEN = {lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle: "black"};
const rows = Array.from({length: widths.at(-1)}, (_, digit) => rowOf(digit));
let network;
let pen;  // where it is on the paper
let frame = 0;  // the frame that is asked for, if any
let answer = null;  // the probability of each digit; null for a paper without ink
let chosen = null;  // the digit whose reasons are shown; null for the likeliest

function begin() {
  network = new Network(affines, activation);
  paper.canvas.onpointerdown = event => {
    paper.canvas.setPointerCapture(event.pointerId);
    pen = position(event);
    draw(event);
  };
  paper.canvas.onpointermove = event => {
    if (paper.canvas.hasPointerCapture(event.pointerId)) draw(event);
  };
  place("wipe").onclick = wipe;
  place("shares").append(...rows.map(({row}) => row));
  wipe();
}

function wipe() {
  paper.fillStyle = "white";
  paper.fillRect(0, 0, paper.canvas.width, paper.canvas.height);
  chosen = null;
  frame ||= requestAnimationFrame(look);
}

// Draw from where the pen is to where the pointer is, and ask for a look: one a frame, however many draw.
function draw(event) {
  const [x, y] = position(event);
  paper.beginPath();
  paper.moveTo(...pen);
  paper.lineTo(x + 0.01, y);  // a line of no length would not be drawn, and a dot is one
  pen = [x, y];
  Object.assign(paper, PEN).stroke();
  frame ||= requestAnimationFrame(look);
}

function position({clientX, clientY}) {
  const {left, top} = paper.canvas.getBoundingClientRect();
  return [clientX - left - paper.canvas.clientLeft, clientY - top - paper.canvas.clientTop];
}

// Show what the network sees of the drawing, and what it takes it for.
function look() {
  frame = 0;
  const {width, height} = paper.canvas;
  const seen = normalized(paper.getImageData(0, 0, width, height), report.form);
  paintGrey(place("seen"), seen ?? new Uint8Array(SIDE * SIDE));
  answer = seen && network.classify(seen);
  showAnswer();
}

function showAnswer() {
  rows.forEach(({button, meter, output}, digit) => {
    meter.value = answer ? answer[digit] : 0;
    output.textContent = answer ? percent(answer[digit]) : "";
    button.setAttribute("aria-pressed", digit === chosen);
  });
  const digit = answer && (chosen ?? answer.indexOf(Math.max(...answer)));
  paintSigned(place("reasons"), answer ? network.gradient(digit) : new Float64Array(SIDE * SIDE));
}

// Return the row of a digit: how likely it is, and a button for its reasons.
function rowOf(digit) {
  const meter = element("meter"), output = element("output");
  const button = element("button", undefined, element("b", digit), meter, output);
  button.type = "button";
  button.onclick = () => { chosen = digit; showAnswer(); };
  return {button, meter, output, row: element("li", undefined, button)};
}

if (Object.hasOwn(ACTIVATIONS, activation)) begin();
else place("own").textContent =
  `This page cannot run a network whose activation is ${activation}; bpnet predict can.`;
