/**
 * The corners of a code that nobody can read: a thumb over one of them, and a reader finds no code at all.
 *
 * Each of a QR code's three finder patterns is dark and light in the widths 1:1:3:1:1 along any line through its middle
 * (ISO/IEC 18004, 5.3.2). Two of them, of one size and not on top of each other, are a code that is held up.
 */
import { lightness, type Pixels } from "./pixels";

/** Every so many rows are looked at: a corner that no row meets in its middle is too small to be read anyway. */
const ROW_STEP = 3;
/** Dark is less than this share of the light around it (Wellner 1993: an average that runs along the line). */
const DARK = 0.85;
/** The running average reaches over this share of the line. */
const REACH = 1 / 12;
const PROPORTIONS = [1, 1, 3, 1, 1] as const;
/** A bar may be off by this part of a module: print, blur, tilt. */
const TOLERANCE = 0.6;
/** Bars narrower than this, in pixels, are grain. */
const LEAST_MODULE = 2.5;

/** The middle of a finder pattern and the width of one module, in pixels. */
export interface Finder {
  readonly x: number;
  readonly y: number;
  readonly module: number;
}

type Line = (at: number) => number;

/** Call `found` with the middle and the module of each 1:1:3:1:1 along a line of so many pixels. */
function alongLine(line: Line, length: number, found: (middle: number, module: number) => void): void {
  const reach = Math.max(8, length * REACH);
  const bars = [0, 0, 0, 0, 0];
  let average = line(0);
  let dark = false;
  let width = 0;
  for (let at = 0; at < length; at++) {
    const value = line(at);
    average += (value - average) / reach;
    const isDark = value < average * DARK;
    if (isDark === dark) {
      width++;
      continue;
    }
    bars.shift();
    bars.push(width);
    // The last bar of a finder pattern is dark, and has just ended.
    if (dark) {
      const module = moduleOf(bars);
      if (module !== undefined) found(at - (bars[4] ?? 0) - (bars[3] ?? 0) - (bars[2] ?? 0) / 2, module);
    }
    dark = isDark;
    width = 1;
  }
}

function moduleOf(bars: readonly number[]): number | undefined {
  const module = bars.reduce((sum, bar) => sum + bar, 0) / 7;
  if (module < LEAST_MODULE) return undefined;
  const fits = PROPORTIONS.every(
    (wanted, bar) => Math.abs((bars[bar] ?? 0) - wanted * module) <= TOLERANCE * module * Math.sqrt(wanted),
  );
  return fits ? module : undefined;
}

/** A finder pattern is one across and down: the column through the middle of one that was found across. */
function downToo(line: Line, height: number, across: Finder): Finder | undefined {
  const from = Math.max(0, Math.floor(across.y - 14 * across.module));
  const to = Math.min(height, Math.ceil(across.y + 14 * across.module));
  let down: Finder | undefined;
  alongLine(
    (at) => line(from + at),
    to - from,
    (middle, module) => {
      const off = Math.abs(from + middle - across.y);
      if (off < 2 * across.module && module < 2 * across.module && across.module < 2 * module) {
        down = { x: across.x, y: from + middle, module: (module + across.module) / 2 };
      }
    },
  );
  return down;
}

/** The finder patterns in a frame, each once. */
export function findersIn({ data, width, height }: Pixels): Finder[] {
  const found: Finder[] = [];
  for (let y = ROW_STEP; y < height; y += ROW_STEP) {
    alongLine(
      (x) => lightness(data, 4 * (y * width + x)),
      width,
      (middle, module) => {
        const x = Math.round(middle);
        const finder = downToo((row) => lightness(data, 4 * (row * width + x)), height, { x: middle, y, module });
        if (finder === undefined) return;
        const known = found.some((one) => Math.hypot(one.x - finder.x, one.y - finder.y) < 5 * one.module);
        if (!known) found.push(finder);
      },
    );
  }
  return found;
}

/** Whether two corners of one code are in a frame. */
export function showsCode(pixels: Pixels): boolean {
  const finders = findersIn(pixels);
  return finders.some((one, index) =>
    finders.slice(index + 1).some((other) => {
      const apart = Math.hypot(one.x - other.x, one.y - other.y) / Math.max(one.module, other.module);
      // The smallest code has its corners 14 modules apart (version 1), the largest 170, and 241 across.
      return apart > 10 && apart < 260 && one.module < 1.5 * other.module && other.module < 1.5 * one.module;
    }),
  );
}
