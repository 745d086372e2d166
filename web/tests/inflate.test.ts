/** The browser's inflate and our own against zlib: the same bytes out, and the same inputs refused. */
import { constants, deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { gunzip, type Inflate, native } from "../src/core/deflated";
import { inflate as own } from "../src/core/inflate";

/** A small repeatable source of numbers (mulberry32), so that a failure can be seen again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function sample(next: () => number, letters: number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(next() * 3000) }, () => Math.floor(next() * letters));
}

function zlibAccepts(data: Uint8Array, dictionary: Uint8Array): boolean {
  try {
    inflateRawSync(data, { dictionary, maxOutputLength: 5000 });
    return true;
  } catch {
    return false;
  }
}

const STRATEGIES = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];

const NOTHING = new Uint8Array();

function bytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(data);
}

describe.each([
  ["own", own, 1000],
  ["native", native, 300],
] as [string, Inflate, number][])("%s inflate", (_, inflate, rounds) => {
  test("what zlib deflated comes back, whatever level, strategy and dictionary", async () => {
    const next = numbers(1);
    for (let round = 0; round < 120; round++) {
      const content = sample(next, round % 3 === 0 ? 256 : 4);
      const dictionary = bytes(sample(next, 4));
      const strategy = STRATEGIES[round % STRATEGIES.length] ?? 0;
      const packed = deflateRawSync(content, { level: round % 10, strategy, dictionary });
      expect(Buffer.compare(await inflate(bytes(packed), 3000, dictionary), content)).toBe(0);
    }
  });

  test("what zlib refuses is refused, and what it takes whole is taken", async () => {
    const next = numbers(2);
    const dictionary = bytes(sample(next, 4));
    for (let round = 0; round < rounds; round++) {
      const packed = deflateRawSync(sample(next, 6).subarray(0, 200), { level: 9, dictionary });
      const place = Math.floor(next() * packed.length);
      packed[place] = (packed[place] ?? 0) ^ (1 << Math.floor(next() * 8));
      const cut = bytes(round % 5 === 0 ? packed.subarray(0, place) : packed);
      const accepted = await inflate(cut, 5000, dictionary).then(
        () => true,
        () => false,
      );
      const due = zlibAccepts(cut, dictionary) && !zlibAccepts(cut.slice(0, -1), dictionary);
      expect([round, accepted]).toEqual([round, due]);
    }
  });

  test("a payload that is too long, or followed by anything, is refused", async () => {
    const spoilt = [
      deflateRawSync(new Uint8Array(1_000_000)),
      deflateRawSync(new Uint8Array(2945)),
      Buffer.concat([deflateRawSync(new Uint8Array(10)), Buffer.from([0])]),
      NOTHING,
    ];
    for (const data of spoilt) await expect(inflate(bytes(data), 2944, NOTHING)).rejects.toThrow();
    expect(await inflate(bytes(deflateRawSync(new Uint8Array(2944))), 2944, NOTHING)).toHaveLength(2944);
  });
});

test("one gzip member comes back; a second, a cut, a wrong sum or length do not", async () => {
  const content = new Uint8Array(16_384).fill(7, 100, 200);
  const packed = gzipSync(content);
  expect(Buffer.compare((await gunzip(bytes(packed), 131_072)) ?? NOTHING, content)).toBe(0);
  const wrong = [1, 5].map((fromEnd) => {
    const copy = Buffer.from(packed);
    copy[copy.length - fromEnd] = (copy[copy.length - fromEnd] ?? 0) ^ 1;
    return copy;
  });
  const spoilt = [Buffer.concat([packed, packed]), packed.subarray(0, -1), packed.subarray(0, 17), ...wrong];
  for (const data of spoilt) expect(await gunzip(bytes(data), 131_072)).toBeUndefined();
});
