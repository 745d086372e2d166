/** A code with a corner under a thumb is seen to be a code; what else hangs in a booth is not. */
import { type Bitmap2D, generate, mode } from "lean-qr";
import { expect, test } from "vitest";
import { findersIn, showsCode } from "../src/scanner/finders";
import type { Pixels } from "../src/scanner/pixels";

const WIDTH = 640;
const HEIGHT = 480;
const CORNERS = ["none", "top left", "top right", "bottom left"] as const;

type Paint = (x: number, y: number) => number;

/** Deterministic noise (a linear congruential generator): a failure can be run again. */
function noise(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function frame(paint: Paint): Pixels {
  const data = new Uint8ClampedArray(4 * WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) data.fill(paint(x, y), 4 * (y * WIDTH + x), 4 * (y * WIDTH + x) + 3);
  }
  return { data, width: WIDTH, height: HEIGHT };
}

function codeOf(next: () => number): Bitmap2D {
  return generate(mode.numeric(Array.from({ length: 900 }, () => Math.floor(10 * next())).join("")));
}

/** Where a code is held, with its quiet zone of four modules. */
function place({ size }: Bitmap2D): { size: number; scale: number; left: number; top: number } {
  return { size, scale: Math.floor((HEIGHT - 20) / (size + 8)), left: 60, top: 20 };
}

/** A pass's code in a grey booth, a thumb over a corner, and grain on everything. */
function held(seed: number, covered: (typeof CORNERS)[number]): Pixels {
  const next = noise(seed);
  const code = codeOf(next);
  const { scale, left, top } = place(code);
  const half = code.size / 2;
  return frame((x, y) => {
    const grain = 16 * (next() - 0.5);
    const [across, down] = [Math.floor((x - left) / scale) - 4, Math.floor((y - top) / scale) - 4];
    if (Math.max(across, down) >= code.size + 4 || Math.min(across, down) < -4) return 120 + grain;
    const under = `${down < half ? "top" : "bottom"} ${across < half ? "left" : "right"}`;
    const thumb = Math.min(
      Math.abs(across - (across < half ? 0 : code.size)),
      Math.abs(down - (down < half ? 0 : code.size)),
    );
    if (under === covered && thumb < half * 0.6) return 130 + grain;
    return (code.get(across, down) ? 25 : 235) + grain;
  });
}

test("whichever corner is under a thumb, what is held up is a code", () => {
  for (const corner of CORNERS) {
    for (let seed = 0; seed < 12; seed++)
      expect([corner, seed, showsCode(held(seed, corner))]).toEqual([corner, seed, true]);
  }
});

test("each corner is found where it is", () => {
  for (let seed = 0; seed < 6; seed++) {
    const { size, scale, left, top } = place(codeOf(noise(seed)));
    const finders = findersIn(held(seed, "none"));
    for (const [across, down] of [
      [3.5, 3.5],
      [size - 3.5, 3.5],
      [3.5, size - 3.5],
    ] as const) {
      const [x, y] = [left + (4 + across) * scale, top + (4 + down) * scale];
      const near = finders.filter((finder) => Math.hypot(finder.x - x, finder.y - y) < 1.5 * scale);
      expect([seed, across, down, near.length]).toEqual([seed, across, down, 1]);
    }
  }
});

test("an empty booth, its grain, tiles, stripes and a grid of keys are no code", () => {
  const next = noise(7);
  const scenes: Record<string, Paint> = {
    empty: () => 120,
    dark: () => 20 + 30 * next(),
    grain: () => 120 + 120 * (next() - 0.5),
    tiles: (x) => (x % 80 < 40 ? 140 : 110),
    stripes: (x) => (x % 70 < 10 || (x % 70 > 20 && x % 70 < 50) || x % 70 > 60 ? 20 : 230),
    keys: (x, y) => (x % 40 > 5 && y % 40 > 5 ? 40 : 220),
    board: (x, y) => ((x >> 4) % 2 === (y >> 4) % 2 ? 30 : 220),
  };
  for (const [name, paint] of Object.entries(scenes)) expect([name, showsCode(frame(paint))]).toEqual([name, false]);
});

test("one ring alone is no code: a clock, a target on the wall", () => {
  const ring: Paint = (x, y) => {
    const far = Math.max(Math.abs(x - 300), Math.abs(y - 200)) / 10;
    return far < 1.5 || (far > 2.5 && far < 3.5) ? 20 : 230;
  };
  expect(findersIn(frame(ring)).length).toBe(1);
  expect(showsCode(frame(ring))).toBe(false);
});
