/** Division codes: what they may be, and which lies in which. Containment is prefix. */

const NARROW = /^(\d{6}|\d{9}|\d{12})$/;
/** Digits of a district: from there up an officer may start runs. */
const DISTRICT = 6;

/** What is wrong with an area that a unit, a laboratory or a venue is to lie in; undefined when nothing is. */
export function areaFault(code: string, own: string): "areaForm" | "areaOutside" | undefined {
  if (!NARROW.test(code)) return "areaForm";
  return code.startsWith(own) ? undefined : "areaOutside";
}

/** What to offer for an area at first: one's own, when things can lie in it. */
export function firstArea(own: string): string {
  return NARROW.test(own) ? own : "";
}

export function mayRun(own: string): boolean {
  return own.length <= DISTRICT;
}

const LEVELS = {
  2: "levelProvince",
  4: "levelCity",
  6: "levelDistrict",
  9: "levelSubdistrict",
  12: "levelCommunity",
} as const;

/** The word for what a code names. */
export function levelOf(code: string): (typeof LEVELS)[keyof typeof LEVELS] | undefined {
  return LEVELS[code.length as keyof typeof LEVELS];
}
