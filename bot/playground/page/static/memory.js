/**
 * What the browser remembers for this page: whether or not it may.
 */

const PREFIX = "back-issue-playground:";

/** Give what was remembered under a name, or `otherwise`. */
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
