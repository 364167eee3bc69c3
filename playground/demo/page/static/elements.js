/**
 * Interactive elements of messages and forms: buttons, menus, checkboxes, fields.
 *
 * An element's value has the form that Slack's payloads give it: an option, a list of options, a string, or null
 * (Slack: reference/block-kit/block-elements).
 */

import { combobox } from "./combobox.js";
import { confirmed } from "./confirm.js";
import { h, icon } from "./dom.js";
import { drawing, emojify, emojis } from "./emoji.js";
import { menu } from "./menu.js";
import { draw, unescape } from "./mrkdwn.js";

/** The name of each element's field for its initial value. */
const INITIAL = {
  plain_text_input: "initial_value",
  email_text_input: "initial_value",
  url_text_input: "initial_value",
  number_input: "initial_value",
  datepicker: "initial_date",
  timepicker: "initial_time",
  static_select: "initial_option",
  external_select: "initial_option",
  radio_buttons: "initial_option",
  multi_static_select: "initial_options",
  multi_external_select: "initial_options",
  checkboxes: "initial_options",
  users_select: "initial_user",
  channels_select: "initial_channel",
  conversations_select: "initial_conversation",
};
const CONTROLS = {
  button,
  overflow,
  feedback_buttons: feedback,
  checkboxes,
  radio_buttons: radios,
  static_select: select,
  multi_static_select: select,
  external_select: select,
  multi_external_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  plain_text_input: field,
  email_text_input: field,
  url_text_input: field,
  number_input: field,
  datepicker: picker,
  timepicker: picker,
  file_input: files,
};
const TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};

/** Return whether this page knows an element. */
export function isControl(element) {
  return Object.hasOwn(CONTROLS, element.type);
}

/** Return an element's initial value, as the bot sent it. */
export function initial(element) {
  const many = ["checkboxes", "file_input"].includes(element.type) || element.type?.startsWith("multi_");
  return element[INITIAL[element.type]] ?? (many ? [] : null);
}

/** Return the page id of an element's control. */
export function controlId(element, block, host) {
  return `${host.id}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
}

/**
 * Draw an element.
 *
 * @param {Object} element
 * @param {Object} block The block that contains it.
 * @param {import("./blocks.js").Host} host
 * @param {{labelledBy?: string, labelled?: boolean, describedBy?: string}} [named] The elements that name it, if others
 *   do; `labelled`: a label element points to it.
 */
export function control(element, block, host, named = {}) {
  const sends = block.type !== "input" || block.dispatch_action === true;
  const bound = {
    element,
    named,
    host,
    sends,
    id: controlId(element, block, host),
    about: firstLine(block),
    value: () => host.chosen(block.block_id, element),
    choose: async (value, send = sends) => {
      if (element.confirm && send && !(await confirmed(element.confirm))) return false;
      await host.choose(block.block_id, element, value, send);
      return true;
    },
    suggest: (typed) => host.suggest(block.block_id, element, typed),
    upload: (file) => host.upload?.(block.block_id, element, file),
  };
  return CONTROLS[element.type](bound);
}

/** Return a block's first words, which distinguish its menu from others. */
function firstLine(block) {
  const [line] = String(block.text?.text ?? "").split("\n");
  const said = line.replace(/<(?:[^|>]*\|)?([^>]*)>/g, "$1").replace(/[*_~`]/g, "");
  return unescape(said).trim().slice(0, 75);
}

/** Return the ARIA name of a control: its label, the text around it, or its own. */
function naming({ labelled, labelledBy, describedBy }, otherwise) {
  return {
    "aria-labelledby": labelled ? null : labelledBy,
    "aria-label": labelledBy ? null : otherwise,
    "aria-describedby": describedBy,
  };
}

/** Show that an answer is pending until it arrives. */
async function pending(made, work) {
  if (made.getAttribute("aria-busy") === "true") return;
  made.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    made.removeAttribute("aria-busy");
  }
}

function button({ element, choose }) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "plain";
  const label = emojis(element.text?.text ?? "");
  const props = { class: style, "aria-label": element.accessibility_label, data: { action: element.action_id } };
  if (element.url && /^https?:\/\//i.test(element.url)) {
    const made = h("a.button", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" }, label);
    made.addEventListener("click", () => choose(null));
    return made;
  }
  const made = h("button.button", { ...props, type: "button" }, label);
  // The second click of a double click is ignored: the button may say the opposite by then.
  made.addEventListener("click", (event) => event.detail < 2 && pending(made, () => choose(null)));
  return made;
}

function feedback({ element, choose }) {
  const thumb = (side, turned) => {
    const { text, value, accessibility_label: label } = element[side] ?? {};
    const made = h(
      `button.button.plain.square.thumb${turned}`,
      { type: "button", "aria-label": label ?? text?.text, title: text?.text },
      drawing("thumbsup"),
    );
    made.addEventListener("click", (event) => event.detail < 2 && pending(made, () => choose(value)));
    return made;
  };
  return h("span.feedback", {}, thumb("positive_button", ""), thumb("negative_button", ".turned"));
}

function overflow({ element, about, choose }) {
  const label = about ? `More actions: ${about}` : "More actions";
  const made = h("button.button.plain.square", { type: "button", "aria-label": label }, icon("more"));
  menu(made, () =>
    (element.options ?? []).map((option) => ({
      label: emojify(option.text.text),
      hint: option.description?.text,
      url: option.url,
      act: () => pending(made, () => choose(option)),
    })),
  );
  return made;
}

function same(one, other) {
  return one?.value === other?.value && one?.text?.text === other?.text?.text;
}

function checkboxes(bound) {
  const { element, host } = bound;
  return choices(
    bound,
    "checkbox",
    (option) => (bound.value() ?? []).some((each) => same(each, option)),
    () => element.options.filter((_, index) => document.getElementById(`${bound.id}-${index}`)?.checked),
    host,
  );
}

function radios(bound) {
  const { element, host } = bound;
  return choices(
    bound,
    "radio",
    (option) => same(bound.value(), option),
    () => element.options.find((_, index) => document.getElementById(`${bound.id}-${index}`)?.checked) ?? null,
    host,
  );
}

function choices({ id, element, named, choose }, type, ticked, read, host) {
  const rows = element.options.map((option, index) => {
    const words = option.text.type === "mrkdwn" ? draw(option.text.text, host.reader) : emojis(option.text.text);
    const box = h("input", { type, id: `${id}-${index}`, name: id, on: { change: () => choose(read()) } });
    box.checked = ticked(option);
    const more = option.description && h("span.description", {}, emojis(option.description.text));
    return h("label.choice", {}, box, h("span", {}, words, more));
  });
  return h(
    "div.choices",
    {
      role: type === "radio" ? "radiogroup" : "group",
      ...naming(named, type === "radio" ? "Choose one" : "Choose"),
    },
    rows,
  );
}

function select(bound) {
  const { element, host, named, choose, suggest, id, value } = bound;
  const kind = element.type.replace("multi_", "");
  const fromBot = kind === "external_select";
  const whole = fromBot || kind === "static_select";
  const people = whole ? [] : host.known(kind.replace("_select", ""));
  const own = whole ? flattened(element) : people.map((each) => ({ text: { text: each.name }, value: each.id }));
  const chosen = [value() ?? []].flat();
  const made = combobox({
    id,
    placeholder: element.placeholder?.text ?? "Choose",
    named: naming(named, element.placeholder?.text ?? "Choose"),
    many: element.type.startsWith("multi_"),
    chosen: whole ? chosen : own.filter((option) => chosen.includes(option.value)),
    least: fromBot ? (element.min_query_length ?? 3) : 0,
    find: fromBot ? async (typed) => flattened(await asGroups(suggest(typed))) : async (typed) => matching(own, typed),
    choose: (option) =>
      choose(whole || option === null ? option : ([option].flat().map((each) => each.value)[0] ?? null)),
  });
  made.classList.add("select");
  made.dataset.action = element.action_id;
  return made;
}

async function asGroups(options) {
  return { options: await options };
}

/** Return a flat list of options, those of groups with their group's name. */
function flattened(element) {
  const rows = element.option_groups ?? element.options ?? [];
  return rows.flatMap((each) =>
    each.options ? each.options.map((option) => ({ ...option, group: each.label?.text ?? "" })) : [each],
  );
}

function matching(options, typed) {
  const asked = typed.trim().toLocaleLowerCase("en");
  return options.filter((option) => option.text.text.toLocaleLowerCase("en").includes(asked));
}

function field({ id, element, named, choose, value, sends, host }) {
  const tag = element.multiline ? "textarea" : "input";
  const made = h(tag, {
    id,
    type: element.multiline ? null : (TYPES[element.type] ?? "text"),
    ...naming(named, element.placeholder?.text ?? "Text"),
    placeholder: element.placeholder?.text,
    maxlength: element.max_length ?? 3000,
    autocomplete: "off",
    data: { action: element.action_id },
  });
  made.value = value() ?? "";
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  made.addEventListener("input", () => choose(made.value || null, false));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || element.multiline) return;
    event.preventDefault();
    if (sends && triggers.includes("on_enter_pressed")) pending(made, () => choose(made.value || null));
    else host.submit?.();
  });
  return made;
}

function picker({ id, element, named, choose, value }) {
  const made = h("input", {
    id,
    type: TYPES[element.type],
    ...naming(named, element.placeholder?.text ?? (element.type === "timepicker" ? "Time" : "Date")),
    data: { action: element.action_id },
  });
  made.value = value() ?? "";
  made.addEventListener("change", () => choose(made.value || null));
  return made;
}

/** A field for files: each is uploaded as soon as it is chosen; the list below shows what will be sent. */
function files({ id, element, named, choose, value, upload }) {
  const shown = h("p.hint", { role: "status" });
  const tell = (problem) => {
    const names = (value() ?? []).map((file) => file.name);
    shown.textContent = problem ?? (names.length ? `Chosen: ${names.join(", ")}` : "");
  };
  const made = h("input", {
    id,
    type: "file",
    accept: element.filetypes?.map((kind) => `.${kind}`).join(","),
    multiple: (element.max_files ?? 10) > 1,
    ...naming(named, "File"),
    data: { action: element.action_id },
  });
  made.addEventListener("change", () =>
    pending(made, async () => {
      const taken = [];
      for (const file of [...made.files].slice(0, element.max_files ?? 10)) taken.push(await upload(file));
      const refused = taken.find((file) => file.problem);
      await choose(refused ? [] : taken, false);
      if (refused) made.value = "";
      tell(refused?.problem);
    }),
  );
  tell();
  return h("div.files", {}, made, shown);
}
