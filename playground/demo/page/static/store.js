/**
 * What the page knows: the initial state and every push since. Each part of the page listens to its events.
 */

import { act, fetchDeliveries, fetchMessages, fetchState, listen, operate, upload } from "./api.js";
import { calmly } from "./press.js";
import { Room } from "./room.js";
import { Values } from "./values.js";

const PAGE = 80; // messages loaded at once

/** The single source of everything on the screen. */
export class Store {
  constructor() {
    this.state = null;
    this.deliveries = null;
    this.rooms = new Map();
    this._values = new Map();
    this._listeners = new Map();
    this._stop = () => {};
    this._turn = 0;
  }

  /**
   * Listen to an event: "state" (everything is new), "room" (a key: channel id, or "channel/ts" of a thread), "news" (a
   * new message), "channels", "home", "modals", "clock", "backstage", "call", "deliveries", "connected", "did".
   */
  on(type, listener) {
    const known = this._listeners.get(type) ?? [];
    this._listeners.set(type, [...known, listener]);
  }

  /** Call an event's listeners. */
  tell(type, detail) {
    for (const listener of this._listeners.get(type) ?? []) listener(detail);
  }

  /** Load the state as a person ("": the first); everything known before is dropped. */
  async start(as) {
    const turn = ++this._turn;
    const state = await fetchState(as);
    if (turn !== this._turn) return; // another person was chosen meanwhile
    this._stop();
    this.state = state;
    this.rooms.clear();
    this._values.clear();
    this.tell("state", state);
    this._stop = listen(state.me, state.event, {
      heard: (push) => calmly(() => turn === this._turn && this._heard(push)),
      connected: (is) => this.tell("connected", is),
    });
    this._deliveries();
  }

  get me() {
    return this.state.me;
  }

  /** Return the stand-in's time in milliseconds. */
  now() {
    return Date.now() + (this.state?.clock?.ahead ?? 0) * 1000;
  }

  get zone() {
    return this.state?.people.find((person) => person.id === this.state.me)?.zone ?? "";
  }

  /** Return the name of a person or channel by id. */
  name(id) {
    const state = this.state;
    return state?.users[id]?.name ?? state?.channels.find((each) => each.id === id)?.name ?? id;
  }

  /** Return what drawing mrkdwn needs. */
  get reader() {
    return { name: (id) => this.name(id), now: this.now(), zone: this.zone };
  }

  channel(id) {
    return this.state?.channels.find((each) => each.id === id);
  }

  /** Return the conversation with the bot. */
  get direct() {
    return this.state?.channels.find((each) => each.kind === "im" && each.with === this.state.bot.id);
  }

  /** Return the values set within a message. */
  values({ channel, ts }) {
    const key = `${channel}/${ts}`;
    if (!this._values.has(key)) this._values.set(key, new Values());
    return this._values.get(key);
  }

  /** Return the room of a channel, or of a thread with `thread`; its newest messages are loaded if missing. */
  room(channel, thread = "") {
    const key = thread ? `${channel}/${thread}` : channel;
    let room = this.rooms.get(key);
    if (!room) {
      room = new Room(this.zone);
      this.rooms.set(key, room);
    }
    if (!room.loaded && !room.fetching) this._fetch(key, room, channel, thread);
    return room;
  }

  /** Load messages older than those that a room has. */
  older(channel, thread = "") {
    const room = this.room(channel, thread);
    if (room.loaded && room.more && !room.fetching) {
      this._fetch(thread ? `${channel}/${thread}` : channel, room, channel, thread);
    }
  }

  /** Load a room back to a message; return whether it is there. */
  async reach(channel, ts, thread = "") {
    for (;;) {
      const room = this.room(channel, thread);
      if (room.fetching) await room.fetching;
      if (room.find(ts)) return true;
      if (!room.loaded || !room.more || room.oldest < ts) return false;
      this.older(channel, thread);
    }
  }

  _fetch(key, room, channel, thread) {
    const before = room.loaded ? room.oldest : "";
    room.fetching = fetchMessages({ as: this.me, channel, thread, before, limit: PAGE })
      .then(({ messages, more }) => {
        room.prepend(messages);
        room.more = more;
        room.loaded = true;
      })
      .catch((error) => this.tell("problem", error.message))
      .finally(() => {
        room.fetching = null;
        calmly(() => this.tell("room", key));
      });
  }

  /** Act as this person; show an error and return false if it fails. */
  async do(verb, fields) {
    try {
      const answer = await act(this.me, verb, fields);
      this.tell("did", { verb, fields });
      return answer;
    } catch (error) {
      this.tell("problem", error.message);
      return false;
    }
  }

  /** Upload a file chosen in a form; if it is refused, `problem` says why. */
  async upload(view, block, action, file) {
    try {
      return await upload({ as: this.me, view, block_id: block, action_id: action, name: file.name }, file);
    } catch (error) {
      return { problem: error.message };
    }
  }

  /** Add or remove a reaction: on the screen at once, in the workspace as soon as possible. */
  async react(message, emoji) {
    const mine = message.reactions.some((each) => each.name === emoji && each.users.includes(this.me));
    this._replace({ ...message, reactions: toggled(message.reactions, emoji, this.me) });
    const where = { channel: message.channel, ts: message.ts, emoji };
    if (!(await this.do(mine ? "unreact" : "react", where))) this._replace(message);
  }

  /** Close a form, on the screen at once. */
  async closeView(id) {
    this._modalClosed({ id });
    await this.do("close_view", { view: id });
  }

  /** Act in Backstage; show an error and return false if it fails. */
  async operate(verb, fields) {
    try {
      const answer = await operate(verb, fields);
      this.tell("did", { verb, fields });
      if (answer.note) this.tell("problem", answer.note);
      return answer;
    } catch (error) {
      this.tell("problem", error.message);
      return false;
    }
  }

  /** Mark everything in a channel as read. */
  seen(id) {
    const channel = this.channel(id);
    if (!channel?.unread) return;
    channel.unread = 0;
    this.tell("channels");
    // Messages that only this person sees count as well, and are never the channel's last message.
    const known = [channel.last, this.rooms.get(id)?.newest ?? ""].sort().at(-1);
    const ts = known || (this.now() / 1000).toFixed(6);
    act(this.me, "read", { channel: id, ts }).catch(() => {});
  }

  async _deliveries() {
    try {
      this.deliveries = await fetchDeliveries();
      calmly(() => this.tell("deliveries", this.deliveries));
    } catch {
      // They come by push as soon as there are any.
    }
  }

  _heard(push) {
    const known = PUSHES[push.type];
    if (known) known.call(this, push);
  }

  _posted({ message }) {
    this._put(message);
    this._count(message);
    this.tell("news", message);
  }

  /** Count another person's message as unread until it is seen. */
  _count(message) {
    const channel = this.channel(message.channel);
    const isReply = message.thread_ts && message.thread_ts !== message.ts && !message.broadcast;
    if (!channel || isReply || (!message.ephemeral && message.ts <= channel.last)) return;
    if (!message.ephemeral) channel.last = message.ts;
    if (message.user !== this.me) channel.unread += 1;
    this.tell("channels");
  }

  /** Add a message to every room that shows it. */
  _put(message) {
    for (const key of keys(message)) {
      const room = this.rooms.get(key);
      if (!room || (room.loaded && room.more && message.ts < room.oldest)) continue;
      room.put(message);
      this.tell("room", key);
    }
  }

  _replace(message) {
    for (const key of keys(message)) {
      if (!this.rooms.get(key)?.find(message.ts)) continue;
      this.rooms.get(key).put(message);
      this.tell("room", key);
    }
  }

  _deleted({ channel, ts, thread_ts: thread }) {
    for (const key of [channel, `${channel}/${thread ?? ts}`]) {
      this.rooms.get(key)?.drop(ts);
      this.tell("room", key);
    }
  }

  _thread({ channel, ts, thread }) {
    const known = this.rooms.get(channel)?.find(ts) ?? this.rooms.get(`${channel}/${ts}`)?.find(ts);
    if (known) this._replace({ ...known, thread });
  }

  _unread({ channel, unread, last }) {
    const known = this.channel(channel);
    if (!known) return;
    Object.assign(known, { unread, last });
    this.tell("channels");
  }

  _channel({ channel }) {
    const others = this.state.channels.filter((each) => each.id !== channel.id);
    const at = this.state.channels.findIndex((each) => each.id === channel.id);
    others.splice(at < 0 ? others.length : at, 0, channel);
    this.state.channels = others;
    this.tell("channels");
  }

  _modal({ view }) {
    const at = this.state.modals.findIndex((each) => each.id === view.id);
    if (at < 0) this.state.modals.push(view);
    else this.state.modals[at] = view;
    this.tell("modals");
  }

  _modalClosed({ id }) {
    this.state.modals = this.state.modals.filter((each) => each.id !== id);
    this.tell("modals");
  }
}

const PUSHES = {
  posted: Store.prototype._posted,
  edited({ message }) {
    this._replace(message);
  },
  reacted({ message }) {
    this._replace(message);
  },
  deleted: Store.prototype._deleted,
  thread: Store.prototype._thread,
  unread: Store.prototype._unread,
  channel: Store.prototype._channel,
  modal: Store.prototype._modal,
  modal_closed: Store.prototype._modalClosed,
  home({ view }) {
    this.state.home = view;
    this.tell("home");
  },
  call({ call }) {
    this.state.backstage.calls = [...this.state.backstage.calls.slice(-199), call];
    this.tell("call", call);
  },
  clock({ clock }) {
    this.state.clock = clock;
    this.tell("clock");
  },
  backstage({ backstage }) {
    Object.assign(this.state.backstage, backstage);
    this.tell("backstage");
  },
  deliveries({ deliveries }) {
    this.deliveries = deliveries;
    this.tell("deliveries", deliveries);
  },
  ready() {
    this.start(this.me).catch((error) => this.tell("problem", error.message));
  },
  reload({ anew }) {
    this.start(this.me)
      .then(() => anew && this.tell("problem", "The playground was restarted: what was here before is gone."))
      .catch((error) => this.tell("problem", error.message));
  },
  problem({ problem }) {
    this.state.problem = problem;
    this.tell("state", this.state);
  },
};

/** Return the keys of the rooms that show a message: its channel, its thread, or both. */
function keys({ channel, ts, thread_ts: thread, broadcast }) {
  const isReply = thread && thread !== ts;
  if (!isReply) return [channel, `${channel}/${ts}`];
  return broadcast ? [channel, `${channel}/${thread}`] : [`${channel}/${thread}`];
}

/** Return reactions after a person's click. */
function toggled(reactions, name, me) {
  const known = reactions.find((each) => each.name === name);
  if (!known) return [...reactions, { name, count: 1, users: [me] }];
  const users = known.users.includes(me) ? known.users.filter((each) => each !== me) : [...known.users, me];
  const next = { ...known, users, count: users.length };
  return reactions.map((each) => (each === known ? next : each)).filter((each) => each.count > 0);
}
