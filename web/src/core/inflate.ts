/**
 * Our own inflate, for browsers that have no raw DEFLATE (Chrome before 103, Safari before 16.4): bounded and strict.
 */
import type { Bytes } from "./bytes";
import type { Inflate } from "./deflated";

/** A prefix code: from a code's bits, behind a leading one, to its symbol. */
type Code = ReadonlyMap<number, number>;

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const WINDOW = 32_768;
const LONGEST_CODE = 15;

function insist(holds: boolean): void {
  if (!holds) throw new RangeError("not DEFLATE");
}

/** The canonical code with these lengths; `lone` allows zlib's one incomplete code: at most one symbol, of one bit. */
function codeOf(lengths: readonly number[], lone: boolean): Code {
  const code = new Map<number, number>();
  let next = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    next *= 2;
    lengths.forEach((own, symbol) => {
      if (own === length) code.set((1 << length) + next++, symbol);
    });
    insist(next <= 1 << length);
  }
  insist(next === 1 << LONGEST_CODE || (lone && (code.size === 0 || (code.size === 1 && code.has(2)))));
  return code;
}

/** Reads bits from the input, and writes bytes behind the dictionary. */
class Machine {
  /** The next byte of the input. */
  at = 0;
  /** The next place in `written`. */
  end: number;
  readonly written: Bytes;
  private held = 0;
  private bits = 0;

  constructor(
    private readonly data: Uint8Array,
    dictionary: Uint8Array,
    limit: number,
  ) {
    this.written = new Uint8Array(dictionary.length + limit);
    this.written.set(dictionary);
    this.end = dictionary.length;
  }

  byte(): number {
    const byte = this.data[this.at++];
    if (byte === undefined) throw new RangeError("not DEFLATE");
    return byte;
  }

  read(count: number): number {
    for (; this.bits < count; this.bits += 8) this.held |= this.byte() << this.bits;
    const value = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.bits -= count;
    return value;
  }

  symbol(code: Code): number {
    let bits = 1;
    for (let length = 0; length < LONGEST_CODE; length++) {
      bits = bits * 2 + this.read(1);
      const symbol = code.get(bits);
      if (symbol !== undefined) return symbol;
    }
    throw new RangeError("not DEFLATE");
  }

  push(byte: number): void {
    insist(this.end < this.written.length);
    this.written[this.end++] = byte;
  }

  stored(): void {
    this.held = this.bits = 0;
    const length = this.byte() + 256 * this.byte();
    insist(length + this.byte() + 256 * this.byte() === 0xffff);
    for (let i = 0; i < length; i++) this.push(this.byte());
  }

  coded(literals: Code, distances: Code): void {
    for (let symbol = this.symbol(literals); symbol !== 256; symbol = this.symbol(literals)) {
      if (symbol < 256) this.push(symbol);
      else this.copy(symbol - 257, distances);
    }
  }

  /** Repeats what was written before; lengths and distances grow by powers of two (RFC 1951, section 3.2.5). */
  private copy(size: number, distances: Code): void {
    insist(size < 29);
    const sizeBits = size < 8 || size === 28 ? 0 : (size >> 2) - 1;
    const least = size < 8 ? size + 3 : size === 28 ? 258 : ((4 + (size & 3)) << sizeBits) + 3;
    const length = least + this.read(sizeBits);
    const far = this.symbol(distances);
    insist(far < 30);
    const farBits = far < 4 ? 0 : (far >> 1) - 1;
    const distance = (far < 4 ? far : (2 + (far & 1)) << farBits) + 1 + this.read(farBits);
    insist(distance <= this.end && distance <= WINDOW);
    for (let i = 0; i < length; i++) this.push(this.written[this.end - distance] ?? 0);
  }

  dynamic(): void {
    const literals = this.read(5) + 257;
    const distances = this.read(5) + 1;
    const listed = this.read(4) + 4;
    insist(literals <= 286 && distances <= 30);
    const meta = new Array<number>(19).fill(0);
    for (const place of ORDER.slice(0, listed)) meta[place] = this.read(3);
    const lengths = this.lengths(codeOf(meta, false), literals + distances);
    insist(lengths[256] !== 0);
    this.coded(codeOf(lengths.slice(0, literals), true), codeOf(lengths.slice(literals), true));
  }

  private lengths(code: Code, total: number): number[] {
    const lengths: number[] = [];
    while (lengths.length < total) {
      const symbol = this.symbol(code);
      const last = lengths[lengths.length - 1] ?? -1;
      const value = symbol < 16 ? symbol : symbol === 16 ? last : 0;
      insist(value >= 0);
      const times =
        symbol < 16 ? 1 : symbol === 16 ? 3 + this.read(2) : symbol === 17 ? 3 + this.read(3) : 11 + this.read(7);
      for (let i = 0; i < times; i++) lengths.push(value);
    }
    insist(lengths.length === total);
    return lengths;
  }
}

function fixedLengths(): number[] {
  return Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8));
}

export const inflate: Inflate = async (data, limit, dictionary) => {
  const machine = new Machine(data, dictionary, limit);
  let last = 0;
  while (last === 0) {
    last = machine.read(1);
    const kind = machine.read(2);
    insist(kind < 3);
    if (kind === 0) machine.stored();
    else if (kind === 1) machine.coded(codeOf(fixedLengths(), false), codeOf(new Array<number>(32).fill(5), false));
    else machine.dynamic();
  }
  insist(machine.at === data.length);
  return machine.written.slice(dictionary.length, machine.end);
};
