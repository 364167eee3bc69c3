/**
 * Emoji by their names in Slack: those that the bot uses and people here react with. Unknown names stay as typed.
 */

import { h } from "./dom.js";

const NAMES = {
  bookmark: "🔖",
  one: "1️⃣",
  two: "2️⃣",
  three: "3️⃣",
  four: "4️⃣",
  five: "5️⃣",
  six: "6️⃣",
  seven: "7️⃣",
  eight: "8️⃣",
  nine: "9️⃣",
  keycap_ten: "🔟",
  tada: "🎉",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  eyes: "👀",
  heart: "❤️",
  rocket: "🚀",
  fire: "🔥",
  star: "⭐",
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  bulb: "💡",
  memo: "📝",
  books: "📚",
  book: "📖",
  open_book: "📖",
  newspaper: "📰",
  rolled_up_newspaper: "🗞️",
  mag: "🔍",
  mag_right: "🔎",
  pushpin: "📌",
  paperclip: "📎",
  link: "🔗",
  wave: "👋",
  smile: "😄",
  grinning: "😀",
  joy: "😂",
  thinking_face: "🤔",
  pray: "🙏",
  clap: "👏",
  raised_hands: "🙌",
  sparkles: "✨",
  bell: "🔔",
  no_bell: "🔕",
  calendar: "📅",
  date: "📅",
  spiral_calendar_pad: "🗓️",
  clock9: "🕘",
  hourglass: "⌛",
  hammer_and_wrench: "🛠️",
  wrench: "🔧",
  gear: "⚙️",
  package: "📦",
  inbox_tray: "📥",
  outbox_tray: "📤",
  floppy_disk: "💾",
  file_folder: "📁",
  open_file_folder: "📂",
  wastebasket: "🗑️",
  lock: "🔒",
  house: "🏠",
  robot_face: "🤖",
  trophy: "🏆",
  chart_with_upwards_trend: "📈",
  question: "❓",
  exclamation: "❗",
  arrow_left: "⬅️",
  arrow_right: "➡️",
  arrow_up: "⬆️",
  arrow_down: "⬇️",
  large_blue_circle: "🔵",
  red_circle: "🔴",
  white_circle: "⚪",
  black_circle: "⚫",
  large_green_circle: "🟢",
  100: "💯",
  coffee: "☕",
  see_no_evil: "🙈",
  "man-shrugging": "🤷‍♂️",
  slightly_smiling_face: "🙂",
  sunglasses: "😎",
  cry: "😢",
  zap: "⚡",
  bug: "🐛",
};
/** Our own drawings of some emoji: not every machine has a font with emoji. */
const DRAWN = {
  bookmark: "bookmark",
  one: "one",
  two: "two",
  three: "three",
  four: "four",
  five: "five",
  six: "six",
  seven: "seven",
  eight: "eight",
  nine: "nine",
  keycap_ten: "keycap_ten",
  "+1": "thumbsup",
  thumbsup: "thumbsup",
  tada: "tada",
  eyes: "eyes",
  heart: "heart",
  white_check_mark: "check",
};
const NAME = /:([a-z0-9_+-]+)(?:::skin-tone-[2-6])?:/g;

/** Return the character of an emoji by its name, or undefined. */
export function character(name) {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

/** Draw an emoji by its name: our own drawing, or its character, or its name as it is typed. */
export function drawing(name) {
  if (!Object.hasOwn(DRAWN, name)) return character(name) ?? `:${name}:`;
  return h("img.emoji", { src: `/static/emoji/${DRAWN[name]}.svg`, alt: NAMES[name] });
}

/** Return a text with its :names: drawn, those that are known: what is put into an element. */
export function emojis(text) {
  if (!text.includes(":")) return text;
  const pieces = [];
  let from = 0;
  for (const { 0: whole, 1: name, index } of text.matchAll(NAME)) {
    if (!character(name)) continue;
    pieces.push(text.slice(from, index), drawing(name));
    from = index + whole.length;
  }
  return [...pieces, text.slice(from)];
}

/** Turn the :names: in a text into emoji, those that are known. */
export function emojify(text) {
  return text.includes(":") ? text.replace(NAME, (whole, name) => character(name) ?? whole) : text;
}

/** Say an emoji's name as words, for those who hear the page. */
export function spoken(name) {
  return name === "+1" ? "thumbs up" : name === "-1" ? "thumbs down" : name.replaceAll("_", " ");
}
