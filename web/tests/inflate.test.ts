/** Our inflate against zlib: the same bytes out, and the same inputs refused. */
import { constants, deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { gunzip, inflateRaw, NotDeflated } from "../src/core/inflate";

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

describe("inflate", () => {
  test("what zlib deflated comes back, whatever level, strategy and dictionary", () => {
    const next = numbers(1);
    for (let round = 0; round < 120; round++) {
      const content = sample(next, round % 3 === 0 ? 256 : 4);
      const dictionary = sample(next, 4);
      const strategy = STRATEGIES[round % STRATEGIES.length] ?? 0;
      const packed = deflateRawSync(content, { level: round % 10, strategy, dictionary });
      const { bytes, used } = inflateRaw(packed, 3000, dictionary);
      expect(Buffer.compare(bytes, content)).toBe(0);
      expect(used).toBe(packed.length);
    }
  });

  test("what zlib refuses is refused, and what it takes is taken", () => {
    const next = numbers(2);
    const dictionary = sample(next, 4);
    for (let round = 0; round < 3000; round++) {
      const packed = deflateRawSync(sample(next, 6).subarray(0, 200), { level: 9, dictionary });
      const place = Math.floor(next() * packed.length);
      packed[place] = (packed[place] ?? 0) ^ (1 << Math.floor(next() * 8));
      const cut = round % 5 === 0 ? packed.subarray(0, place) : packed;
      let accepted = true;
      try {
        inflateRaw(cut, 5000, dictionary);
      } catch (error) {
        expect(error).toBeInstanceOf(NotDeflated);
        accepted = false;
      }
      expect([round, accepted]).toEqual([round, zlibAccepts(cut, dictionary)]);
    }
  });

  test("writing stops at the limit", () => {
    const bomb = deflateRawSync(new Uint8Array(1_000_000));
    expect(() => inflateRaw(bomb, 2944)).toThrow(NotDeflated);
  });

  test("bytes behind the end are left over, so that a caller can refuse them", () => {
    const packed = deflateRawSync(new Uint8Array(10));
    expect(inflateRaw(Buffer.concat([packed, Buffer.from([0])]), 10).used).toBe(packed.length);
  });
});

describe("gunzip", () => {
  test("one member comes back; a second, a cut, a wrong sum or length do not", () => {
    const content = new Uint8Array(16_384).fill(7, 100, 200);
    const packed = gzipSync(content);
    expect(Buffer.compare(gunzip(packed, 131_072), content)).toBe(0);
    const wrong = [1, 5].map((fromEnd) => {
      const copy = Buffer.from(packed);
      copy[copy.length - fromEnd] = (copy[copy.length - fromEnd] ?? 0) ^ 1;
      return copy;
    });
    const spoilt = [Buffer.concat([packed, packed]), packed.subarray(0, -1), packed.subarray(0, 17), ...wrong];
    for (const data of spoilt) expect(() => gunzip(data, 131_072)).toThrow(NotDeflated);
  });
});
