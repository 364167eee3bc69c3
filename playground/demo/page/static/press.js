/**
 * Nothing is redrawn between a press and its click: the click would be lost, or go to something else.
 */

const AFTER = 50; // milliseconds within which a click follows the finger that was lifted
const LONGEST = 8_000; // milliseconds: who holds on for longer marks text, or has let go outside of the window

const waiting = [];
let pressed = false;
let timer = 0;

/** Do what draws: now, or as soon as what somebody is pressing was clicked; in the order asked for. */
export function calmly(act) {
  if (pressed) waiting.push(act);
  else act();
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(release, milliseconds);
}

function release() {
  pressed = false;
  for (const act of waiting.splice(0)) {
    try {
      act();
    } catch (error) {
      reportError(error); // the others are still to be done
    }
  }
}

function press(event) {
  if (event.type === "keydown" && event.key !== " ") return; // Enter clicks at once
  pressed = true;
  later(LONGEST);
}

function lift(event) {
  if (pressed) later(event.type === "click" ? 0 : AFTER);
}

for (const type of ["pointerdown", "keydown"]) addEventListener(type, press, true);
for (const type of ["pointerup", "pointercancel", "keyup", "click", "blur"]) addEventListener(type, lift, true);
