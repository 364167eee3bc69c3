/**
 * Lists that open over the page: menus of buttons, suggestions below fields. They are in the top layer, so that
 * nothing covers or clips them.
 */

import { h } from "./dom.js";

/**
 * Put `popup` (an element with popover="manual") below `anchor`, or above it where there is more room.
 *
 * @param {HTMLElement} popup
 * @param {HTMLElement} anchor
 * @param {{wide?: boolean, end?: boolean, above?: boolean}} [how] `wide`: at least as wide as the anchor; `end`: their right
 *   edges meet; `above`: above it in any case.
 */
export function place(popup, anchor, { wide = false, end = false, above: always = false } = {}) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - 8;
  const above = box.top - 8;
  popup.style.minWidth = wide ? `${box.width}px` : "";
  popup.style.maxHeight = `${Math.max(120, Math.min(340, always ? above : Math.max(below, above)))}px`;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const up = always || (below < height && above > below);
  popup.style.top = `${Math.max(4, up ? box.top - height - 4 : box.bottom + 4)}px`;
  const left = end ? box.right - width : box.left;
  popup.style.left = `${Math.max(4, Math.min(left, window.innerWidth - width - 4))}px`;
}

/** Keep `popup` at its place while it is open; `put` is called again whenever anything scrolls. */
export function follow(popup, put) {
  const again = () => put();
  const stop = () => {
    window.removeEventListener("scroll", again, true);
    window.removeEventListener("resize", again);
  };
  window.addEventListener("scroll", again, { capture: true, passive: true });
  window.addEventListener("resize", again);
  popup.addEventListener("toggle", (event) => event.newState === "closed" && stop());
}

/**
 * Make a button open a menu.
 *
 * @param {HTMLElement} button
 * @param {function(): Array<{label: string, hint?: string, url?: string, act?: function(): void, glyph?: Node|string}>} items
 *   The items, requested at each opening.
 * @param {{grid?: boolean, end?: boolean}} [how] `grid`: in rows of glyphs, the labels only spoken.
 */
export function menu(button, items, { grid = false, end = true } = {}) {
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  let popup = null;
  const close = (refocus) => {
    if (!popup) return;
    const gone = popup;
    popup = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    gone.remove();
    if (refocus) button.focus();
  };
  const outside = (event) => {
    if (!popup?.contains(event.target) && !button.contains(event.target)) close(false);
  };
  const open = () => {
    popup = h("div.menu", {
      role: "menu",
      popover: "manual",
      class: grid ? "grid" : "",
      "aria-label": button.getAttribute("aria-label"),
    });
    popup.append(...items().map((item) => entry(item, grid, close)));
    popup.addEventListener("keydown", (event) => move(event, popup, grid, close));
    popup.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !popup?.contains(event.relatedTarget)) close(false);
    });
    (button.closest("dialog") ?? document.body).append(popup);
    popup.showPopover();
    place(popup, button, { end });
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    popup.querySelector("[role=menuitem]")?.focus();
  };
  button.addEventListener("click", () => (popup ? close(true) : open()));
}

function entry(item, grid, close) {
  const link = item.url && /^https?:\/\//i.test(item.url);
  const made = h(
    link ? "a" : "button",
    {
      role: "menuitem",
      tabindex: -1,
      type: link ? null : "button",
      href: link ? item.url : null,
      target: link ? "_blank" : null,
      rel: link ? "noopener noreferrer" : null,
      "aria-label": grid ? item.label : null,
      title: grid ? item.label : null,
    },
    item.glyph,
    !grid && h("span", {}, item.label, item.hint && h("span.description", { text: item.hint })),
  );
  made.addEventListener("click", () => {
    close(true);
    item.act?.();
  });
  return made;
}

function move(event, popup, grid, close) {
  const all = [...popup.querySelectorAll("[role=menuitem]")];
  const at = all.indexOf(document.activeElement);
  const row = grid ? Math.max(1, all.filter((each) => each.offsetTop === all[0].offsetTop).length) : 1;
  const steps = {
    ArrowDown: row,
    ArrowUp: -row,
    ArrowRight: grid ? 1 : 0,
    ArrowLeft: grid ? -1 : 0,
    Home: -at,
    End: all.length - 1 - at,
  };
  if (Object.hasOwn(steps, event.key)) {
    event.preventDefault();
    event.stopPropagation();
    all[(at + steps[event.key] + all.length) % all.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  }
}
