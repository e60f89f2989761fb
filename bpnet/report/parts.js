"use strict";
// What every part of a page is made with.

const report = JSON.parse(document.getElementById("report").textContent);
const place = id => document.getElementById(id);
const percent = share => `${rounded(100 * share, 2)} %`;
const whole = number => number.toLocaleString("en");

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

// Return how many letters wide a name is: those of East Asia are twice as wide.
function columns(name) {
  return Array.from(name).reduce((sum, letter) => sum + (letter >= "\u1100" ? 2 : 1), 0);
}

// Let what is larger than its place fade out at the end, as long as there is more.
function showMore(box) {
  const look = () => box.classList.toggle("more",
    box.scrollLeft + box.clientWidth < box.scrollWidth - 1 ||
    box.scrollTop + box.clientHeight < box.scrollHeight - 1);
  box.onscroll = look;
  new ResizeObserver(look).observe(box);
}
