/**
 * The playground's page: finds its parts in index.html and connects them.
 *
 * Stable handles for tests and tools:
 * - navigation "Places": buttons "devops", "general", "Home", "Messages"; group "You are": a button for each person.
 * - feed "Messages in devops" (and "Thread" in the region "Thread"): an article for each message, labelled
 *   "Back Issue, 09:05: first words" (", only visible to you" before the colon where it is); data-testid="message".
 * - combobox "Message #devops"; in a thread "Reply"; listbox "Commands" ("Names" in a thread): "@" completes names.
 *   Enter sends. In Messages the thread of what was sent opens.
 * - in an article: buttons of the bot by their text; reactions "bookmark: 1, from Ada" (aria-pressed: one's own); "Add a
 *   reaction" opens a menu of emoji by name ("bookmark", "one", …); "14 replies …" opens the thread. Pointing at or
 *   focusing an article shows the toolbar "Message actions": "React with bookmark", "Add a reaction", "Reply in thread",
 *   "More message actions" (menu: "Save links").
 * - dialogs by their titles; fields by their labels; an error stands in .error beside its field.
 * - region "Home"; button "Backstage" (aria-expanded) opens region "Backstage": "Jump to the next slot", "Jump a week",
 *   "Publish the next issue", the faults (aria-pressed), "Mend everything", list "Calls, newest first".
 * - data-testid="doubles": "Posted twice: 0"; body[data-pane]: the pane in front on a narrow screen: places,
 *   main, thread or backstage.
 * - body[data-ready]: absent while the page is empty; "false" once one can look and write, though sent messages wait for
 *   the archive to be read; "true" once the bot can answer.
 * - the address: /#devops, /#general, /#messages, /#home open a place; ?as=U… is a person.
 */

import { Backstage } from "./backstage.js";
import { Composer } from "./composer.js";
import { byId, fill, h, icon } from "./dom.js";
import { Hints } from "./hints.js";
import { Home } from "./home.js";
import { Modals } from "./modals.js";
import { announce, answered, problem } from "./notices.js";
import { messageAt } from "./places.js";
import { Sidebar } from "./sidebar.js";
import { startOf, subscription } from "./start.js";
import { Store } from "./store.js";
import { themed } from "./theme.js";
import { ThreadPanel } from "./thread.js";
import { Timeline } from "./timeline.js";

const store = new Store();
const narrow = matchMedia("(max-width: 720px)");
let place = "";
let stepping = false; // whether the next place is reached by the browser's Back
let linksWanted = false; // whether the links of the newest issue open when they are there

themed(byId("theme"));

const thread = new ThreadPanel(byId("thread"), store, () => pane(document.body.dataset.thread ? "thread" : "main"));
const timeline = new Timeline(byId("messages"), store, {
  // On a narrow screen the parent message was just visible: the replies are wanted.
  openThread: (message) => thread.show(message, { replies: narrow.matches }),
  start: (channel) => startOf(store, channel, (text) => composer.write(text)),
  startVersion: (channel) => subscription(store, channel),
  moved: (atEnd) => seen(atEnd),
});
const composer = new Composer(byId("compose"), store, {
  id: "write",
  commands: true,
  sending: () => timeline.toEnd(),
  // Every question in the Messages tab has a thread of its own, and the answer is in it.
  said: (channel, ts) => channel === place && store.channel(channel)?.kind === "im" && thread.show({ channel, ts }, { write: true }),
});
const home = new Home(byId("home-view"), store);
const sidebar = new Sidebar(byId("places"), byId("people"), store, { go, be });
const backstage = new Backstage(byId("bar"), byId("backstage"), store, {
  toggled: (open) => {
    document.body.classList.toggle("with-backstage", open);
    pane(open ? "backstage" : "main");
  },
  here: () => (store.channel(place)?.kind === "im" ? "" : (store.channel(place)?.id ?? "")),
});
new Modals(store);
const hints = new Hints(byId("hints"), store, {
  ask: () => {
    if (place === "home") go(firstChannel());
    composer.write(`${store.state.commands[0]?.name ?? "/weekly"} service mesh`);
  },
  save: showLinks,
  jump: () => backstage.turn(true),
});

byId("show-hints").append(icon("bulb"));
byId("show-hints").addEventListener("click", () => {
  hints.again();
  pane("main");
});
for (const button of document.querySelectorAll("[data-back]")) {
  button.append(icon("back"));
  button.addEventListener("click", () => pane("places"));
}
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  pane("main");
  byId("write").focus();
});
byId("newest").addEventListener("click", () => timeline.toEnd());

/** Choose the pane in front on a narrow screen; the browser's Back closes a pane that covers the place. */
function pane(name) {
  document.body.dataset.pane = name;
  const covers = narrow.matches && ["thread", "backstage"].includes(name);
  if (covers && !history.state?.covered) history.pushState({ covered: true }, "");
}

addEventListener("popstate", () => {
  if (!narrow.matches || history.state?.covered) return;
  thread.hide();
  if (backstage.open) backstage.turn(false);
});

function firstChannel() {
  return store.state.channels.find((each) => each.bot && each.kind !== "im")?.id ?? store.state.channels[0].id;
}

/** Go to a place: a channel by id, or "home". The browser's Back leads to the previous one. */
function go(to, { back = true } = {}) {
  stepping = back && place !== "" && to !== place;
  place = to;
  thread.hide();
  show();
  pane("main");
  if (to === "home") home.show();
  else home.hide();
}

/** Show the current place. */
function show() {
  const isHome = place === "home";
  const channel = store.channel(place);
  byId("home").hidden = !isHome;
  byId("talk").hidden = isHome;
  sidebar.at(place);
  title(isHome ? null : channel);
  if (isHome) return;
  const unread = channel.unread;
  timeline.show(place);
  timeline.mark(unread);
  aim(channel);
  seen(true);
}

/** Point the composer at a channel; say if an archived one takes no messages. */
function aim(channel) {
  const to = channel.kind === "im" ? store.state.bot.name : `#${channel.name}`;
  const closed = channel.archived;
  const said = closed ? `#${channel.name} is archived: nobody can write here` : `Message ${to}`;
  composer.aim(channel.id, "", said, { closed });
  thread.aim();
}

/** Describe a place: a channel, or the Home tab without one. */
function about(channel) {
  const { bot } = store.state;
  if (!channel) return "Your bookmarks, and what comes next. Only you see this page.";
  if (channel.archived) return "This channel is archived: nobody can write here.";
  if (channel.kind === "im") return "Only you and the bot are here.";
  return channel.bot
    ? `${bot.name} is in this channel`
    : `${bot.name} was not invited here; commands work all the same`;
}

function title(channel) {
  const { bot } = store.state;
  const name = channel ? (channel.kind === "im" ? bot.name : channel.name) : bot.name;
  const hash = channel && channel.kind !== "im" ? "#" : "";
  fill(byId("title"), hash && h("span.hash", { text: hash }), name);
  byId("about").textContent = about(channel);
  document.title = `${hash}${name} · Back Issue playground`;
  const address = channel ? (channel.kind === "im" ? "messages" : channel.name) : "home";
  if (location.hash !== `#${address}`) history[stepping ? "pushState" : "replaceState"](null, "", `#${address}`);
  stepping = false;
}

/** Switch to another person: everything is loaded again. */
function be(id) {
  sessionStorage.setItem("as", id);
  thread.hide();
  begin(id);
}

/** Mark the channel as read when its newest message is visible. */
function seen(atEnd) {
  byId("newest").hidden = atEnd;
  if (atEnd && document.visibilityState === "visible" && place !== "home") store.seen(place);
}

/** Open the newest digest's replies, where each link can be saved; while they are on their way, as soon as they are there. */
function showLinks() {
  const id = firstChannel();
  if (place !== id) go(id);
  linksWanted = !openLinks();
  if (linksWanted) problem(byId("notices"), "The links of the newest issue are still on their way. They open when they are there.");
}

function openLinks() {
  const replied = store.room(firstChannel()).messages.filter((message) => message.is_bot && message.thread);
  if (replied.length) thread.show(replied.at(-1), { replies: true });
  return replied.length > 0;
}

/** Open the links that somebody waits for, unless they went elsewhere meanwhile. */
function openWanted() {
  if (linksWanted) linksWanted = place === firstChannel() && !openLinks();
}

/** Go to a linked message in its channel or thread, and focus it. */
async function jump({ channel, ts, thread: below }) {
  if (!store.channel(channel)) {
    problem(byId("notices"), "That message is in a channel that you are not in.");
    return;
  }
  if (place !== channel) go(channel);
  else if (!below) pane("main");
  if (below) thread.show({ channel, ts: below });
  const there = await store.reach(channel, ts, below);
  if (there) (below ? thread.timeline : timeline).find(ts);
  else problem(byId("notices"), "That message is gone.");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const found = link && store.state && messageAt(link.href, store.state.workspace.name);
  if (!found) return;
  event.preventDefault();
  jump(found);
});

/** Decode a part of the URL, which may have been typed by hand with a stray %. */
function unescaped(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the place that the URL names. */
function addressed() {
  const asked = unescaped(location.hash.slice(1));
  if (asked === "home") return "home";
  if (asked === "messages") return store.direct?.id ?? firstChannel();
  return store.state.channels.find((each) => each.kind !== "im" && each.name === asked)?.id ?? firstChannel();
}

store.on("state", (state) => {
  byId("reading").hidden = state.ready;
  byId("reading").classList.toggle("failed", Boolean(state.problem));
  byId("reading").textContent = state.problem || "Reading the archive …";
  const stays = place === "home" || store.channel(place);
  const next = stays ? place : addressed();
  if (next === "home") go("home");
  else {
    place = next;
    show();
    thread.again();
  }
  document.body.dataset.ready = String(state.ready);
});
store.on("news", (message) => {
  const isReply = message.thread_ts && message.thread_ts !== message.ts;
  const here = message.channel === place && !isReply;
  const mine = message.user === store.me;
  if (isReply) openWanted();
  if (!mine && (here || thread.shows(message))) announce(byId("log"), message);
  // An ephemeral message answers what the person has just done: if they read further up, a notice appears and nothing moves.
  const shown = thread.shows(message) ? thread.timeline : here ? timeline : null;
  if (message.ephemeral && shown && !shown.list.stuck && !shown.sees(message.ts)) {
    answered(byId("notices"), message, () => shown.find(message.ts));
  }
  if (here && timeline.list.placed && message.is_bot && !message.ephemeral) timeline.follow(message.ts);
  if (here && !timeline.list.stuck && !timeline.sees(message.ts)) seen(false);
  if (!here || !timeline.following) return;
  seen(timeline.list.stuck || timeline.sees(message.ts));
  if (!mine && timeline.list.stuck) timeline.arrive(message.ts);
});
store.on("channels", () => {
  const channel = store.channel(place);
  if (!channel) return;
  title(channel);
  aim(channel);
  if (byId("newest").hidden) seen(true);
});
store.on("deliveries", () => {
  if (place && place !== "home") timeline.refresh();
  openWanted();
});
store.on("problem", (text) => problem(byId("notices"), text));
store.on("connected", (is) => {
  byId("offline").hidden = is;
});
window.addEventListener("hashchange", () => {
  if (!store.state) return;
  if (addressed() !== place) go(addressed(), { back: false });
  else title(place === "home" ? null : store.channel(place)); // a URL that leads nowhere is replaced
});
document.addEventListener("visibilitychange", () => store.state && timeline.list.stuck && seen(true));

async function begin(as) {
  try {
    await store.start(as);
  } catch (error) {
    problem(byId("notices"), error.message);
    // The person may exist only in an earlier run of the playground.
    if (!store.state) setTimeout(() => begin(""), 1_000);
  }
}

begin(new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as") ?? "");
