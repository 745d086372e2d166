/** The pixels of a frame, before a code is looked for: how light they are, and the same made lighter. */

/** A frame as canvases give it: four bytes a pixel. */
export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The lightness between which nearly all of a frame lies, 0 to 255. */
export interface Range {
  readonly dark: number;
  readonly light: number;
}

/** One pixel in so many is enough to know a frame's lightness. */
const SAMPLE_STEP = 61;
/** This share at either end is glare and dirt. */
const OUTLIERS = 0.02;
/** Frames with less between their dark and their light are stretched: a dim screen, a night booth. */
const FLAT = 110;

export function lightness(data: Uint8ClampedArray, at: number): number {
  return ((data[at] ?? 0) * 77 + (data[at + 1] ?? 0) * 151 + (data[at + 2] ?? 0) * 28) >> 8;
}

/** Between which values a frame's lightness lies. */
export function rangeOf({ data }: Pixels): Range {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let at = 0; at < data.length; at += 4 * SAMPLE_STEP) {
    const value = lightness(data, at);
    counts[value] = (counts[value] ?? 0) + 1;
    total += 1;
  }
  let dark = 0;
  let light = 255;
  for (let seen = counts[0] ?? 0; seen <= total * OUTLIERS && dark < 255;) seen += counts[++dark] ?? 0;
  for (let seen = counts[255] ?? 0; seen <= total * OUTLIERS && light > dark;) seen += counts[--light] ?? 0;
  return { dark, light };
}

export function isFlat({ dark, light }: Range): boolean {
  return light - dark < FLAT;
}

/** Stretch a frame's lightness to the whole range, in place: grey, for a code has no colours. */
export function stretch({ data }: Pixels, { dark, light }: Range): void {
  const scale = 255 / Math.max(light - dark, 1);
  for (let at = 0; at < data.length; at += 4) {
    const value = (lightness(data, at) - dark) * scale;
    data[at] = data[at + 1] = data[at + 2] = value;
  }
}
