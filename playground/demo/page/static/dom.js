/**
 * Elements built without markup: text from outside becomes text nodes and attributes, never HTML.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * @param {string} tag "div", or with classes: "div.row.quiet".
 * @param {Object<string, any>} [props] Attributes. `on` is a map of listeners, `data` of data-attributes, `text` the
 *   content as text; true and false set and leave out an attribute, as null and undefined leave it out.
 * @param {...(Node|string|null|undefined|false|Array)} children The content, in order; empty ones are left out.
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.classList.add(...classes);
  for (const [key, value] of Object.entries(props)) set(made, key, value);
  put(made, children);
  return made;
}

function set(made, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
  else if (key === "data") Object.assign(made.dataset, value);
  else if (key === "text") made.textContent = value;
  else if (key === "class") made.classList.add(...value.split(" ").filter(Boolean));
  else if (key === "value") made.value = value;
  else made.setAttribute(key, value === true ? "" : String(value));
}

/** Append children to an element: nodes, text, lists of them; empty ones are left out. */
export function put(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(parent, child);
    else if (child !== null && child !== undefined && child !== false && child !== "") parent.append(child);
  }
  return parent;
}

/** Replace an element's children. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  return put(parent, children);
}

/** Return an element of the page by its id; a missing one is a bug. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Our own icons: strokes on a 20 by 20 grid. */
const ICONS = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  close: "M5 5l10 10M15 5 5 15",
  send: "M3.5 10 16.5 4l-4 12.5-3-5zM9.5 11.5 16.5 4",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M7.5 8v.5M12.5 8v.5M7 11.5c1.5 2.300 4.5 2.300 6 0",
  reply: "M4 4.5h12v8.5H9l-3.5 3v-3H4z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  save: "M6 3.5h8v13l-4-3.200-4 3.200z",
  home: "M3.5 9.5 10 4l6.5 5.5M5.5 8.5v7.5h9V8.5",
  chat: "M3.5 4.5h13v9h-7l-3.5 3v-3h-2.5z",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6M10 2.5v1.800M10 15.700v1.800M2.5 10h1.800M15.700 10h1.800M4.700 4.700 6 6M14 14l1.300 1.300M15.300 4.700 14 6M6 14l-1.300 1.300",
  moon: "M15.800 11.800A6.5 6.5 0 0 1 8.200 4.200a6.5 6.5 0 1 0 7.600 7.600z",
  auto: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 3v14M12 5v10M14 6.5v7",
  up: "M5 12.5 10 7.5l5 5",
  down: "M5 7.5 10 12.5l5-5",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 6v4.300l2.800 1.700",
  press: "M5 8V3.5h10V8M5 14H3.5V8h13v6H15M5.5 11.5h9v5h-9z",
  break: "M11 3 5.5 11H10l-1 6 5.5-8H10z",
  mend: "M4.5 10.5 8.5 14.5 15.5 6",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  eye: "M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  bulb: "M7.5 14.5h5M8.5 17h3M10 3a5 5 0 0 0-3 9c.5.5.7 1.200.8 2.5h4.400c.1-1.300.3-2 .8-2.5a5 5 0 0 0-3-9z",
  file: "M5.5 3h6l3 3v11h-9zM11.5 3v3h3",
};

/** Draw one of our icons, hidden from screen readers: the element around it needs a name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}
