/**
 * Nothing is redrawn between a press and its click: the click would be lost, or hit something else.
 */

const CLICK_MS = 50; // milliseconds within which a click follows the release
const HELD_MAX_MS = 8_000; // milliseconds: a longer press selects text, or was released outside of the window

const waiting = [];
let pressed = false;
let timer = 0;

/** Call what draws: now, or after the click that is under way; in the order of the calls. */
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
      reportError(error); // the others still have to be called
    }
  }
}

function press(event) {
  if (event.type === "keydown" && event.key !== " ") return; // Enter clicks at once
  pressed = true;
  later(HELD_MAX_MS);
}

function lift(event) {
  if (pressed) later(event.type === "click" ? 0 : CLICK_MS);
}

for (const type of ["pointerdown", "keydown"]) addEventListener(type, press, true);
for (const type of ["pointerup", "pointercancel", "keyup", "click", "blur"]) addEventListener(type, lift, true);
