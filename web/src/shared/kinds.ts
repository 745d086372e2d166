import en from "./words/kinds.en.json";
import zh from "./words/kinds.zh.json";

/** The kinds of venue that a district has presets for (functions/venues/policy_shapes.py), in the order of a list to choose from. */
export const KINDS = [
  "market",
  "mall",
  "tower",
  "shop",
  "restaurant",
  "school",
  "hospital",
  "pharmacy",
  "station",
  "bus",
  "taxi",
  "office",
  "park",
  "checkpoint",
  "site",
  "residence",
  "other",
] as const;
export type Kind = (typeof KINDS)[number];

/** Each kind's name, to go into a page's catalogue: `kind:market`. */
export const KIND_WORDS = { zh, en } as const;
