/**
 * What the browser remembers for this page: whether or not it may.
 */

const PREFIX = "back-issue-playground:";

/** Return what was remembered under a name, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise; // storage is switched off
  }
}

/** Remember something. */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // It is only forgotten when the page is left.
  }
}

/** Return what was remembered in this tab only. */
export function recallHere(name) {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

/** Remember something in this tab only; nothing is forgotten. */
export function rememberHere(name, value) {
  try {
    if (value) sessionStorage.setItem(PREFIX + name, value);
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // As above.
  }
}
