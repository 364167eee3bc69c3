/**
 * A long list of which only the rows in and near the visible part are in the page. Heights are estimated until they are
 * measured; the visible rows stay where they are meanwhile.
 */

import { calmly } from "./press.js";

const OVERSCAN_PX = 700; // pixels drawn above and below the viewport
const CACHED_ROWS = 160; // drawn rows that are cached
const TOP_MARGIN_PX = 34; // pixels left for its toolbar above a row that is scrolled to the top
const AT_END_PX = 60; // pixels from the end that still count as being there
const MAX_ATTEMPTS = 6; // attempts to scroll to a row while heights are being measured

/** A list within a scrolling element. Rows are positioned one by one, so that none moves those outside of the page. */
export class Windowed {
  /**
   * @param {HTMLElement} scroller The scrolling element.
   * @param {HTMLElement} canvas The element in it that contains the rows.
   * @param {Object} how
   * @param {function(Object): HTMLElement} how.draw Draws an item.
   * @param {function(Object): number} how.guess Returns an item's estimated height in pixels.
   * @param {function(boolean): void} how.moved Called after scrolling, with whether any of the last item is visible.
   * @param {function(): void} how.top Called when the beginning is near.
   */
  constructor(scroller, canvas, how) {
    this.scroller = scroller;
    this.canvas = canvas;
    this.how = how;
    this.items = [];
    this.stuck = true;
    this.placed = false; // whether the list itself scrolled away from the end, and nobody has scrolled since
    this.active = null;
    this._index = new Map();
    this._heights = new Map();
    this._typical = new Map(); // by estimate, the height of the last item with that estimate
    this._drawn = new Map();
    this._spare = new Map();
    this._offsets = new Float64Array(1);
    this._dirty = true;
    this._width = 0;
    this._top = 0;
    this._tall = 0; // the scroller's height when it was last scrolled; 0 while it is hidden
    this._sizes = new ResizeObserver((entries) => calmly(() => this._resized(entries)));
    this._frame = new ResizeObserver(() => this._reframed());
    this._frame.observe(scroller);
    scroller.addEventListener("scroll", () => this._scrolled(), { passive: true });
  }

  /**
   * Set the items: each with a unique `key`, a `version` that changes with its content, and `floats` if its place among
   * the others may change.
   */
  set(items) {
    this._hear();
    const anchor = this._anchor();
    this.items = items;
    this._index = new Map(items.map((item, index) => [item.key, index]));
    for (const [key, { version }] of this._spare) if (this._item(key)?.version !== version) this._spare.delete(key);
    this._dirty = true;
    this._restore(anchor);
    this.render();
    this._near();
  }

  /** Drop everything before another list is shown. */
  clear() {
    for (const { node } of this._drawn.values()) this._remove(node);
    this._drawn.clear();
    this._spare.clear();
    this._heights.clear();
    this.items = [];
    this._index.clear();
    this.stuck = true;
    this.placed = false;
    this.active = null;
    this._dirty = true;
  }

  /** Scroll to the end, and follow it when items are added. */
  toEnd() {
    this.stuck = true;
    this._note();
    this.render();
  }

  /** Watch a row for changes of its height: only the one in use can change by itself. */
  watch(node) {
    this._sizes.observe(node);
  }

  /** Scroll to an item and return its node; undefined if there is no such key. */
  reveal(key) {
    const index = this._index.get(key);
    if (index === undefined) return undefined;
    this.active = key;
    this.placed = false;
    for (let round = 0; round < MAX_ATTEMPTS; round += 1) {
      this._measureAll();
      const to = this._into(index);
      if (to === null) break;
      this.stuck = false; // otherwise the next drawing would go back to the end
      this._scrollTo(to);
      this.render();
    }
    if (!this._drawn.has(key)) this.render();
    const fits = this._offsets[index + 1] - this._offsets[index] <= this.scroller.clientHeight;
    if (fits && index === this.items.length - 1 && this._left() < AT_END_PX) this.toEnd();
    return this._drawn.get(key)?.node;
  }

  /** Return where to scroll for an item to be visible, its beginning if it is too tall; null: it is, and drawn. */
  _into(index) {
    const [top, bottom] = [this._offsets[index], this._offsets[index + 1]];
    const { scrollTop, clientHeight } = this.scroller;
    const fits = bottom - top <= clientHeight;
    if (top >= scrollTop && (bottom <= scrollTop + clientHeight || (!fits && top - scrollTop <= TOP_MARGIN_PX + 1))) return null;
    if (top < scrollTop || !fits) return Math.max(0, top - TOP_MARGIN_PX);
    return Math.min(top, bottom - clientHeight + 8);
  }

  /** Return the key of the item about a screen away, at least one step, that `fits` accepts. */
  leap(key, way, fits) {
    const from = this._index.get(key);
    if (from === undefined) return undefined;
    this._measureAll();
    const far = this.scroller.clientHeight;
    let to;
    for (let at = from + way; this.items[at]; at += way) {
      if (!fits(this.items[at])) continue;
      if (to !== undefined && Math.abs(this._offsets[at] - this._offsets[from]) > far) break;
      to = this.items[at].key;
    }
    return to;
  }

  /** Scroll an item to the top of the viewport, if the list is long enough. */
  top(key) {
    for (let round = 0; round < 3; round += 1) {
      this._measureAll();
      const index = this._index.get(key);
      if (index === undefined) return;
      this.stuck = false;
      this._scrollTo(this._offsets[index] - TOP_MARGIN_PX);
      this.render();
    }
  }

  /** Return the node of an item that is in the page. */
  node(key) {
    return this._drawn.get(key)?.node;
  }

  /** Return the keys of the items from the one `key` names, in a direction. */
  neighbour(key, step, fits) {
    for (let index = (this._index.get(key) ?? this.items.length) + step; this.items[index]; index += step) {
      if (fits(this.items[index])) return this.items[index].key;
    }
    return undefined;
  }

  /** Draw the rows around the visible part. */
  render() {
    this._hear();
    for (let round = 0; round < 4; round += 1) {
      this._measureAll();
      if (this.stuck) this._scrollTo(this._offsets.at(-1));
      const anchor = this.stuck ? null : this._anchor();
      const changed = this._fill();
      if (!changed) break;
      this._dirty = true;
      this._measureAll();
      this._restore(anchor);
    }
    this._put();
  }

  _item(key) {
    const index = this._index.get(key);
    return index === undefined ? undefined : this.items[index];
  }

  /** Compute the items' offsets from their known or estimated heights. */
  _measureAll() {
    if (!this._dirty) return;
    const offsets = new Float64Array(this.items.length + 1);
    this.items.forEach((item, index) => {
      let height = this._heights.get(item.key);
      if (height === undefined) {
        const guess = this.how.guess(item);
        height = this._typical.get(guess) ?? guess;
        this._heights.set(item.key, height);
      }
      offsets[index + 1] = offsets[index] + height;
    });
    this._offsets = offsets;
    this._dirty = false;
    this.canvas.style.height = `${Math.ceil(offsets.at(-1))}px`;
  }

  /** Return the index of the item at a height (binary search). */
  _at(y) {
    let low = 0;
    let high = this.items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this._offsets[middle + 1] > y) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, low);
  }

  /** Add the rows near the visible part and remove the others; return whether a height differs from its estimate. */
  _fill() {
    const { scrollTop, clientHeight } = this.scroller;
    const first = this._at(scrollTop - OVERSCAN_PX);
    const last = this._at(scrollTop + clientHeight + OVERSCAN_PX);
    const wanted = new Set();
    for (let index = first; index <= last && this.items[index]; index += 1) wanted.add(this.items[index].key);
    const focused = this._focused();
    const hook = document.activeElement?.closest?.("[data-hook]")?.dataset.hook;
    if (focused && this._index.has(focused)) wanted.add(focused);
    for (const [key, held] of this._drawn) {
      if (!wanted.has(key) || this._item(key).version !== held.version) this._take(key, held);
    }
    const fresh = [];
    for (const key of wanted) if (!this._drawn.has(key)) fresh.push([key, this._draw(key)]);
    this._sort();
    if (focused && !this._focused()) this._refocus(focused, hook);
    let changed = false;
    for (const [key, node] of fresh) {
      const height = node.offsetHeight;
      if (height) this._typical.set(this.how.guess(this._item(key)), height);
      changed = this._learn(key, height) || changed;
    }
    return changed;
  }

  /** Move the focus back to a row that was redrawn: to the same button, or to the row. */
  _refocus(key, hook) {
    const node = this._drawn.get(key)?.node;
    const same = hook && [...(node?.querySelectorAll("[data-hook]") ?? [])].find((each) => each.dataset.hook === hook);
    (same || node)?.focus({ preventScroll: true });
  }

  _take(key, held) {
    this._drawn.delete(key);
    this._remove(held.node);
    if (this._item(key)?.version !== held.version) return;
    this._spare.set(key, held);
    if (this._spare.size > CACHED_ROWS) this._spare.delete(this._spare.keys().next().value);
  }

  _remove(node) {
    this._sizes.unobserve(node);
    node.remove();
  }

  _draw(key) {
    const item = this._item(key);
    const spare = this._spare.get(key);
    this._spare.delete(key);
    const held = spare?.version === item.version ? spare : { version: item.version, node: this.how.draw(item) };
    held.node.dataset.key = key;
    this._drawn.set(key, held);
    return held.node;
  }

  /** Keep the rows in the page in the list's order: screen readers read them in it. */
  _sort() {
    const order = [...this._drawn.entries()].sort(([one], [other]) => this._index.get(one) - this._index.get(other));
    let next = this.canvas.firstChild;
    for (const [, { node }] of order) {
      if (node === next) {
        next = next.nextSibling;
      } else {
        this.canvas.insertBefore(node, next);
      }
    }
  }

  _learn(key, height) {
    if (!height || Math.abs((this._heights.get(key) ?? 0) - height) < 0.5) return false;
    this._heights.set(key, height);
    return true;
  }

  _put() {
    for (const [key, { node }] of this._drawn) node.style.top = `${this._offsets[this._index.get(key)]}px`;
  }

  _focused() {
    const row = document.activeElement?.closest?.("[data-key]");
    return row && this.canvas.contains(row) ? row.dataset.key : null;
  }

  /** Return the first visible item and how far down it is, to keep it there when heights change. */
  _anchor() {
    if (this.stuck || !this.items.length || this._offsets.length !== this.items.length + 1) return null;
    let index = this._at(this.scroller.scrollTop);
    // Dividers and "load more" move when items are added: only items with a fixed place count.
    while (this.items[index].floats && this.items[index + 1]) index += 1;
    const at = this.scroller.scrollTop;
    return { key: this.items[index].key, down: this._offsets[index] - at, at };
  }

  _restore(anchor) {
    this._measureAll();
    if (this.stuck) {
      this._scrollTo(this._offsets.at(-1));
      return;
    }
    const index = anchor ? this._index.get(anchor.key) : undefined;
    if (index === undefined) return;
    const y = this._offsets[index] - anchor.down;
    // Reading scrollTop would cost a layout.
    if (Math.abs(y - anchor.at) >= 1) this._scrollTo(y);
  }

  _scrollTo(y) {
    if (Math.abs(this.scroller.scrollTop - y) >= 1) this.scroller.scrollTop = y;
    this._note();
  }

  _note() {
    this._top = this.scroller.scrollTop;
    this._tall = this.scroller.clientHeight;
  }

  /** Leave the end if it was left by a scroll whose event is still to come: it comes with the next frame. */
  _hear() {
    if (!this.stuck) return;
    const { scrollTop, clientHeight } = this.scroller;
    if (!clientHeight || clientHeight !== this._tall || scrollTop >= this._top - 1 || this._left() < 4) return;
    this.stuck = false;
    this.placed = false;
  }

  _scrolled() {
    const { scrollTop, clientHeight } = this.scroller;
    const left = this._left();
    const own = Math.abs(scrollTop - this._top) < 1; // whether this list scrolled to where it is
    const up = scrollTop < this._top - 1;
    if (!own) this.placed = false;
    this._note();
    // Scrolling up a little leaves the end, even close to it; no other scrolling does.
    const atEnd = left < 4 || (own ? this.stuck : left < AT_END_PX && !up);
    this.stuck = own && atEnd; // scrolling now would move what is about to be pressed
    this.render();
    this.stuck = atEnd;
    const last = this._offsets[Math.max(0, this.items.length - 1)];
    this.how.moved(this.stuck || last < scrollTop + clientHeight - AT_END_PX);
    this._near();
  }

  /** Return how many pixels lie below the viewport. */
  _left() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  _near() {
    const { scrollTop, clientHeight } = this.scroller;
    if (clientHeight && scrollTop < clientHeight * 2) this.how.top();
  }

  _resized(entries) {
    let changed = false;
    for (const { target } of entries) {
      if (target.isConnected) changed = this._learn(target.dataset.key, target.offsetHeight) || changed;
    }
    if (!changed) return;
    this._hear();
    const anchor = this._anchor();
    this._dirty = true;
    this._restore(anchor);
    this.render();
  }

  _reframed() {
    const width = this.scroller.clientWidth;
    if (width && width !== this._width) {
      const anchor = this._anchor();
      this._width = width;
      this._spare.clear();
      for (const [key, { node }] of this._drawn) this._learn(key, node.offsetHeight);
      this._dirty = true;
      this._restore(anchor);
    }
    if (this.scroller.clientHeight) this.render();
    else this._tall = 0;
  }
}
