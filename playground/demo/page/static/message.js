/**
 * One message, drawn: person, time, content, files, reactions, thread; and the toolbar over it.
 */

import { drawBlocks } from "./blocks.js";
import { avatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import { drawing, emojify, spoken } from "./emoji.js";
import { menu } from "./menu.js";
import { draw } from "./mrkdwn.js";
import { moment, time, whole } from "./when.js";

/**
 * Draw a message.
 *
 * @param {Object} message As the server returns it.
 * @param {import("./store.js").Store} store
 * @param {{compact?: boolean, inThread?: boolean, openThread: function(Object): void}} how
 * @returns {HTMLElement}
 */
export function drawMessage(message, store, { compact = false, inThread = false, openThread }) {
  const at = moment(message.ts);
  const clock = h("time", {
    datetime: new Date(at).toISOString(),
    title: whole(at, store.zone),
    text: time(at, store.zone),
  });
  const body = h(
    "div.body",
    {},
    message.ephemeral && h("p.only-you", {}, icon("eye"), "Only visible to you"),
    !compact &&
      h("p.who", {}, h("strong", { text: message.name }), message.is_bot && h("span.app", { text: "app" }), clock),
    content(message, store),
    (message.files ?? []).map(file),
    reactions(message, store),
    !inThread && message.thread && threadLine(message, store, openThread),
  );
  const row = h(
    "article.message",
    {
      class: [compact && "compact", message.ephemeral && "ephemeral", message.is_bot && "bot"]
        .filter(Boolean)
        .join(" "),
      tabindex: -1,
      "aria-label": `${message.name}, ${time(at, store.zone)}${message.ephemeral ? ", only visible to you" : ""}: ${plainly(message, store.reader)}`,
      data: { ts: message.ts, testid: "message" },
    },
    h("div.gutter", {}, compact ? clock : avatar(message.user, message.name, message.is_bot)),
    body,
  );
  return row;
}

/** Return a message as one short line; `name` returns a person's name. */
export function plainly(message, { name } = { name: (id) => id }) {
  const named = String(message.text ?? "").replace(/<@([^|>]+)>/g, (_, id) => `@${name(id)}`);
  const said = emojify(named.replace(/<([^|>]*\|)?([^>]*)>/g, "$2"))
    .replace(/[*_~`]/g, "")
    .replace(/\s+/g, " ");
  return said.replace(/&amp;/g, "&").replace(/&lt;/g, "<").replace(/&gt;/g, ">").slice(0, 160);
}

function content(message, store) {
  const edited = message.edited && h("span.edited", { text: " (edited)" });
  if (!message.blocks?.length) return h("div.block.text", {}, draw(message.text ?? "", store.reader), edited);
  return h("div.blocks", {}, drawBlocks(message.blocks, host(message, store)), edited);
}

/** The host of a message's buttons and menus: the bot is told of each at once, with everything ticked and filled in. */
function host(message, store) {
  const where = { channel: message.channel, ts: message.ts };
  const values = store.values(message);
  const named = (block, element) => ({ ...where, block_id: block, action_id: element.action_id });
  return {
    id: `m${message.ts.replace(".", "-")}`,
    reader: store.reader,
    chosen: (block, element) => values.get(block, element),
    choose: async (block, element, chosen, send) => {
      if (element.type !== "button" && element.type !== "overflow") values.set(block, element, chosen);
      if (!send) return;
      const given = chosen === null ? {} : { chosen };
      await store.do("click", { ...named(block, element), ...given, values: values.all(message.blocks) });
    },
    suggest: async (block, element, typed) =>
      (await store.do("suggest", { ...named(block, element), typed })).options ?? [],
    known: (what) => known(store, what),
  };
}

/** Return the people or channels that a menu offers. */
export function known(store, what) {
  if (what === "users") return store.state.people.map(({ id, name }) => ({ id, name }));
  return store.state.channels.filter((each) => each.kind !== "im").map(({ id, name }) => ({ id, name: `#${name}` }));
}

function file({ name, title, size, url }) {
  const large = size > 1_048_576 ? `${(size / 1_048_576).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1024))} kB`;
  return h(
    "a.file",
    { href: url, download: name },
    icon("file"),
    h("span", {}, h("strong", { text: title || name }), h("span.description", { text: title && title !== name ? `${name} · ${large}` : large })),
  );
}

function reactions(message, store) {
  if (!message.reactions?.length) return null;
  const made = message.reactions.map(({ name, count, users }) => {
    const mine = users.includes(store.me);
    const who = users.map((id) => (id === store.me ? "you" : store.name(id))).join(", ");
    return h(
      "button.reaction",
      {
        type: "button",
        "aria-pressed": String(mine),
        "aria-label": `${spoken(name)}: ${count}, from ${who}`,
        title: `${who} reacted with :${name}:`,
        data: { hook: `react-${name}`, emoji: name },
        on: { click: () => store.react(asKnown(store, message), name) },
      },
      h("span.glyph", {}, drawing(name)),
      h("span.count", { text: String(count) }),
    );
  });
  const add = h(
    "button.reaction.add",
    { type: "button", "aria-label": "Add a reaction", data: { hook: "react-add" } },
    icon("smile"),
  );
  picker(add, message, store);
  return h("div.reactions", { role: "group", "aria-label": "Reactions" }, made, add);
}

/** Return the newest state of a message: the drawn one may be older. */
function asKnown(store, message) {
  for (const room of store.rooms.values()) {
    const found = room.find(message.ts);
    if (found && found.channel === message.channel) return found;
  }
  return message;
}

function picker(button, message, store) {
  menu(
    button,
    () =>
      store.state.emoji.map((name) => ({
        label: spoken(name),
        glyph: h("span.glyph", {}, drawing(name)),
        act: () => store.react(asKnown(store, message), name),
      })),
    { grid: true },
  );
}

function threadLine(message, store, openThread) {
  const { count, last, users } = message.thread;
  const at = moment(last);
  return h(
    "button.thread-line",
    { type: "button", data: { hook: "thread" }, on: { click: () => openThread(message) } },
    h(
      "span.faces",
      {},
      users.slice(0, 3).map((id) => avatar(id, store.name(id), store.state.users[id]?.is_bot)),
    ),
    h("strong", { text: `${count} ${count === 1 ? "reply" : "replies"}` }),
    h("span.quiet", { text: `Last reply ${time(at, store.zone)}` }),
  );
}

/**
 * Return a message's toolbar, which exists only while the message is pointed at or focused.
 *
 * @param {Object} message
 * @param {import("./store.js").Store} store
 * @param {{inThread?: boolean, openThread: function(Object): void}} how
 */
export function toolbar(message, store, { inThread = false, openThread }) {
  if (message.ephemeral) return null;
  const tool = (hook, label, glyph, act) =>
    h(
      "button.tool",
      { type: "button", "aria-label": label, title: label, data: { hook }, on: act ? { click: act } : {} },
      glyph,
    );
  const quick = store.state.emoji[0] ?? "bookmark";
  const save = tool("save", `React with ${spoken(quick)}`, h("span.glyph", {}, drawing(quick)), () =>
    store.react(asKnown(store, message), quick),
  );
  const add = tool("pick", "Add a reaction", icon("smile"));
  picker(add, message, store);
  const reply = !inThread && tool("reply", "Reply in thread", icon("reply"), () => openThread(message));
  const more = store.state.shortcuts.length > 0 && tool("more", "More message actions", icon("more"));
  if (more) {
    menu(more, () =>
      store.state.shortcuts.map(({ name, callback_id: callback }) => ({
        label: name,
        glyph: icon("save"),
        hint: store.state.bot.name,
        act: () => store.do("shortcut", { channel: message.channel, ts: message.ts, callback_id: callback }),
      })),
    );
  }
  return h("div.toolbar", { role: "toolbar", "aria-label": "Message actions" }, save, add, reply, more);
}
