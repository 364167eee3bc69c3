/**
 * What the browser stores for this page; a browser that refuses to store only forgets.
 */

const PREFIX = "back-issue-playground:";

/** Return the value stored under a name, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise; // storage is switched off
  }
}

/** Store a value. */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // It is forgotten when the page is closed.
  }
}

/** Return a value stored in this tab only. */
export function recallHere(name) {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

/** Store a value in this tab only. */
export function rememberHere(name, value) {
  try {
    if (value) sessionStorage.setItem(PREFIX + name, value);
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // As above.
  }
}
