"use strict";
// Your own digit: a sheet of white paper to draw on, with a mouse, a pen or a finger.

const paper = place("paper").getContext("2d", {willReadFrequently: true});
const PEN = {lineWidth: 36, lineCap: "round", lineJoin: "round", strokeStyle: "black"};
let pen;  // where it is on the paper
let frame = 0;  // the frame that is asked for, if any

function begin() {
  const {canvas} = paper;
  canvas.onpointerdown = event => {
    if (!event.isPrimary || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    place("own").classList.add("drawn");
    pen = position(event);
    draw(event);
  };
  canvas.onpointermove = event => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? []) draw(each);
    draw(event);
  };
  place("clear").onclick = clear;
  showView();
  showRows();
  clear();
}

function clear() {
  paper.fillStyle = "white";
  paper.fillRect(0, 0, paper.canvas.width, paper.canvas.height);
  place("own").classList.remove("drawn");
  ask();
}

// Draw from where the pen is to where the pointer is.
function draw(event) {
  const [x, y] = position(event);
  paper.beginPath();
  paper.moveTo(...pen);
  paper.lineTo(x + 0.01, y);  // a line of no length would not be drawn, and a dot is one
  pen = [x, y];
  Object.assign(paper, PEN).stroke();
  ask();
}

// Return where a pointer is, in pixels of the paper.
function position({clientX, clientY}) {
  const {canvas} = paper, {left, top} = canvas.getBoundingClientRect();
  const scale = canvas.width / canvas.clientWidth;
  return [(clientX - left - canvas.clientLeft) * scale, (clientY - top - canvas.clientTop) * scale];
}

// Ask for a look at the drawing: one a frame, however often the pen moves.
function ask() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const {width, height} = paper.canvas;
    look(paper.getImageData(0, 0, width, height));
  });
}

if (network) begin();
else place("own").replaceChildren(`This page cannot run a network whose ${unknown}; bpnet predict can.`);
