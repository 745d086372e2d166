/**
 * The guard's own secret word and picture: chosen on this device, kept on the gate's origin, sent to nobody.
 *
 * A page at another address cannot read it, so a forged *admit* cannot stand beside it.
 */
import { svg } from "../shared/dom";
import { kept } from "./kept";

export const KINDS = [
  "sun",
  "moon",
  "star",
  "cloud",
  "drop",
  "heart",
  "leaf",
  "tree",
  "flower",
  "fish",
  "house",
  "boat",
  "cup",
  "bell",
  "umbrella",
  "kite",
] as const;
export type Kind = (typeof KINDS)[number];

export const COLOURS = ["red", "orange", "green", "blue", "purple", "black"] as const;
export type Colour = (typeof COLOURS)[number];

export interface Secret {
  readonly kind: Kind;
  readonly colour: Colour;
  /** 1 to 12 characters. */
  readonly word: string;
}

export const LONGEST_WORD = 12;
const ONE = "own";

/** Each at least 4.5:1 on the white tile they are drawn on. */
const INKS: Readonly<Record<Colour, string>> = {
  red: "#c01722",
  orange: "#b34700",
  green: "#1b7238",
  blue: "#1257b8",
  purple: "#7632ad",
  black: "#1c232b",
};

/** Drawn on 48 × 48; what overlaps is cut out (even-odd). */
const PATHS: Readonly<Record<Kind, string>> = {
  sun: "M24 14a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM22 3h4v7h-4zM22 38h4v7h-4zM3 22h7v4H3zM38 22h7v4h-7zM8 11l3-3 5 5-3 3zM32 35l3-3 5 5-3 3zM37 8l3 3-5 5-3-3zM13 32l3 3-5 5-3-3z",
  moon: "M29 4a20 20 0 1 0 15 29A17 17 0 0 1 29 4z",
  star: "M24 3l6.5 13.5 14.5 2-10.5 10.3L37 43.5l-13-7-13 7 2.5-14.7L3 18.5l14.5-2z",
  cloud: "M14 38a10 10 0 0 1-1-20 12 12 0 0 1 23-1 10.5 10.5 0 0 1 0 21z",
  drop: "M24 3q15 17 15 27a15 15 0 0 1-30 0Q9 20 24 3z",
  heart: "M24 43Q4 28 4 16A10.5 10.5 0 0 1 24 12a10.5 10.5 0 0 1 20 4q0 12-20 27z",
  leaf: "M42 5q3 27-13 34-9 4-17-2l-5 7-3-3 6-8Q5 23 15 14q9-8 27-9zM15 33q6-11 18-18-14 5-20 16z",
  tree: "M24 3l14 16h-6l10 13H28v13h-8V32H6l10-13h-6z",
  flower:
    "M24 19a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM24 2a8 8 0 0 1 8 10 8 8 0 0 1 12 10q1 6-9 8a8 8 0 0 1-11 12A8 8 0 0 1 13 30q-10-2-9-8a8 8 0 0 1 12-10A8 8 0 0 1 24 2z",
  fish: "M3 24Q14 8 28 12q6 2 9 8l8-8v24l-8-8q-3 6-9 8Q14 40 3 24zM13 20a3 3 0 1 0 .1 0z",
  house: "M24 4l21 19h-6v21H28V31h-8v13H9V23H3z",
  boat: "M22 3v25H6zM26 8l15 20H26zM3 32h42l-6 12H9z",
  cup: "M6 12h29v5h3a8 8 0 0 1 0 18h-5q-3 6-8 6h-9q-10 0-10-12zM35 21v10h3a5 5 0 0 0 0-10z",
  bell: "M24 3q3 0 3 4 11 3 11 17 0 8 5 12H5q5-4 5-12Q10 10 21 7q0-4 3-4zM18 39h12a6 6 0 0 1-12 0z",
  umbrella: "M22 3h4v3q17 2 19 20-5-4-10 0-4-4-9 0v13a6 6 0 0 1-12 0h4a2 2 0 0 0 4 0V26q-5-4-9 0-5-4-10 0Q5 8 22 6z",
  kite: "M24 2l14 16-14 16-14-16zM23 34h2l4 6-3 6-4-1 3-5z",
};

/** The picture in its colour on a white tile; decoration by itself, so its name must be said beside it. */
export function picture(kind: Kind, colour: Colour): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 64 64", class: "secret-picture", "aria-hidden": "true" },
    svg("rect", { x: "1", y: "1", width: "62", height: "62", rx: "12", fill: "#ffffff", stroke: "#9aa5b1" }),
    svg("path", { d: PATHS[kind], fill: INKS[colour], "fill-rule": "evenodd", transform: "translate(8 8)" }),
  );
}

const CHINESE: Readonly<Record<Kind | Colour, string>> = {
  sun: "太阳",
  moon: "月亮",
  star: "星星",
  cloud: "云",
  drop: "水滴",
  heart: "爱心",
  leaf: "叶子",
  tree: "树",
  flower: "花",
  fish: "鱼",
  house: "房子",
  boat: "船",
  cup: "杯子",
  bell: "铃铛",
  umbrella: "雨伞",
  kite: "风筝",
  red: "红色",
  orange: "橙色",
  green: "绿色",
  blue: "蓝色",
  purple: "紫色",
  black: "黑色",
};

/** What a kind or a colour is called. */
export function nameOf(one: Kind | Colour, language: "zh" | "en"): string {
  return language === "zh" ? CHINESE[one] : one;
}

/** What the picture is called: 红色鱼, red fish. */
export function pictureName({ kind, colour }: Pick<Secret, "kind" | "colour">, language: "zh" | "en"): string {
  return nameOf(colour, language) + (language === "zh" ? "" : " ") + nameOf(kind, language);
}

/** A word as it is kept, undefined when it is none: 1 to 12 characters, not of spaces alone. */
export function readWord(text: string): string | undefined {
  const word = text.trim().replace(/\s+/g, " ");
  const letters = [...word].length;
  return letters >= 1 && letters <= LONGEST_WORD ? word : undefined;
}

/** What the guard of this device chose, if they did. */
export async function ownSecret(): Promise<Secret | undefined> {
  return (await kept()).store("secret").get(ONE);
}

/** Choose it, in place of the one before. Throws RangeError for a word that is none. */
export async function chooseSecret(secret: Secret): Promise<void> {
  const word = readWord(secret.word);
  if (word === undefined) throw new RangeError("a word of 1 to 12 characters");
  await (await kept()).store("secret").put(ONE, { ...secret, word });
}
