/**
 * A field with suggestions below it, for one choice or several (ARIA Authoring Practices: combobox with a listbox).
 */

import { fill, h } from "./dom.js";
import { emojify } from "./emoji.js";
import { follow, place } from "./menu.js";

const PAUSE = 90; // milliseconds without typing before options are requested

/**
 * Make a combobox.
 *
 * @param {Object} how
 * @param {string} how.id Unique in the page.
 * @param {string} how.placeholder
 * @param {Object<string, string|null>} how.named The ARIA attributes that name and describe it.
 * @param {boolean} how.many Whether several options may be chosen.
 * @param {Array<Object>} how.chosen The initial options.
 * @param {number} how.least Characters before options are requested.
 * @param {function(string): Promise<Array<Object>>} how.find Returns the options for the typed text; {text, value,
 *   description?, group?}.
 * @param {function(any): Promise<any>} how.choose Takes the new choice: an option, null, or a list of options.
 * @returns {HTMLElement}
 */
export function combobox(how) {
  let chosen = [...how.chosen];
  let options = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  const list = h("ul.options", {
    role: "listbox",
    id: `${how.id}-list`,
    popover: "manual",
    "aria-label": how.placeholder,
    "aria-multiselectable": how.many ? "true" : null,
  });
  const input = h("input", {
    type: "text",
    id: how.id,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    ...how.named,
    placeholder: how.placeholder,
  });
  const chips = h("span.chips");
  const made = h("div.combo", {}, how.many && chips, input, list);

  const open = () => input.getAttribute("aria-expanded") === "true";
  const close = () => {
    clearTimeout(timer);
    asked += 1;
    if (!open()) return;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    list.hidePopover();
  };
  const settle = () => {
    if (!how.many) input.value = chosen[0] ? emojify(chosen[0].text.text) : "";
    input.placeholder = how.many && chosen.length ? "" : how.placeholder;
    fill(chips, chosen.map(chip));
  };
  const chip = (option) => {
    const remove = h("button.remove", { type: "button", "aria-label": `Remove ${option.text.text}`, text: "×" });
    remove.addEventListener("click", () => {
      change(chosen.filter((each) => each !== option));
      input.focus();
    });
    return h("span.chip", {}, option.text.text, remove);
  };
  const change = (next) => {
    const before = chosen;
    chosen = next;
    settle();
    made.setAttribute("aria-busy", "true");
    Promise.resolve(how.choose(how.many ? chosen : (chosen[0] ?? null)))
      .then((done) => {
        if (done === false) chosen = before;
        settle();
      })
      .finally(() => made.removeAttribute("aria-busy"));
  };
  const isChosen = (option) => chosen.some((each) => each.value === option.value);
  const take = (option) => {
    if (!option) return;
    if (how.many) {
      input.value = "";
      change(isChosen(option) ? chosen.filter((each) => each.value !== option.value) : [...chosen, clean(option)]);
      look("");
    } else {
      close();
      change([clean(option)]);
    }
  };
  const point = (index) => {
    active = index;
    [...list.querySelectorAll("[role=option]")].forEach((row, number) => {
      row.classList.toggle("active", number === index);
      if (number === index) row.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) input.setAttribute("aria-activedescendant", `${how.id}-${index}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const row = (option, index) => {
    const shown = h(
      "li",
      { role: "option", id: `${how.id}-${index}`, "aria-selected": String(isChosen(option)) },
      h(
        "span",
        {},
        emojify(option.text.text),
        option.description && h("span.description", { text: option.description.text }),
      ),
    );
    shown.addEventListener("pointerdown", (event) => event.preventDefault());
    shown.addEventListener("click", () => take(option));
    return shown;
  };
  const say = (words) => show([], words);
  const show = (found, words) => {
    options = found;
    let group = "";
    fill(
      list,
      found.map((option, index) => {
        const head =
          option.group && option.group !== group ? h("li.group", { role: "presentation", text: option.group }) : null;
        group = option.group ?? "";
        return [head, row(option, index)];
      }),
      words && h("li.nothing", { role: "option", "aria-disabled": "true", "aria-selected": "false", text: words }),
    );
    if (!open()) {
      list.showPopover();
      input.setAttribute("aria-expanded", "true");
      follow(list, () => place(list, made, { wide: true }));
    }
    place(list, made, { wide: true });
    point(found.length && !words ? Math.max(0, found.findIndex(isChosen)) : -1);
  };
  const look = (typed) => {
    const mine = ++asked;
    clearTimeout(timer);
    if (typed.trim().length < how.least) {
      if (typed) say(`Type ${how.least} letters or more`);
      else close();
      return;
    }
    timer = setTimeout(
      async () => {
        const found = await how.find(typed.trim());
        if (mine !== asked) return; // a newer request is under way
        if (found.length) show(found);
        else say("Nothing fits");
      },
      how.least ? PAUSE : 0,
    );
  };

  input.addEventListener("input", () => look(input.value));
  input.addEventListener("click", () => open() || look(how.least ? "" : ""));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    settle();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open()) look(how.least ? input.value : "");
      else if (options.length) point((active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
    } else if (event.key === "Enter" && open()) {
      event.preventDefault();
      event.stopPropagation();
      take(options[active]);
    } else if (event.key === "Enter") {
      event.preventDefault();
    } else if (event.key === "Escape" && open()) {
      event.preventDefault();
      event.stopPropagation();
      close();
      settle();
    } else if (event.key === "Backspace" && how.many && !input.value && chosen.length) {
      change(chosen.slice(0, -1));
    }
  });
  settle();
  return made;
}

/** Return an option as the bot sent it. */
function clean({ group, ...option }) {
  return option;
}
