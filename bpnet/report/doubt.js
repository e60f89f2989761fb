"use strict";
// What speaks against an answer, in the words of bpnet predict.

const UNSURE = "unsure", TOUCHING = "digits that touch", STRANGE = "not like a digit", SMALL = "too small";

// Return what speaks against the answer to a piece of the drawing, or null. What is lower than `lowest`
// pixels of the paper is a dot or, if it is wide, a line.
function doubtOf({touching, height, shares}, lowest) {
  if (height < lowest) return touching ? STRANGE : SMALL;
  if (touching) return TOUCHING;
  return Math.max(...shares) < 0.5 ? UNSURE : null;
}
