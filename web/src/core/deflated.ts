/**
 * Inflating within a size: raw DEFLATE (RFC 1951) and gzip (RFC 1952), with nothing behind the end.
 *
 * Done by the browser's own DecompressionStream, and where it has none by ours (`inflate.ts`). Engines differ in one
 * thing that a verifier must not: some take bytes behind the end in silence. So the data must inflate, and without
 * its last byte it must not.
 */
import { type Bytes, concat } from "./bytes";

/** The inflated bytes, at most `limit` of them; rejects when it cannot. */
export type Inflate = (data: Bytes, limit: number, dictionary: Bytes) => Promise<Bytes>;

/** Where the built pages keep our own inflate: fetched only by a browser that needs it. */
const OWN_INFLATE = "/v/inflate.js";

async function stream(data: Bytes, limit: number): Promise<Bytes> {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const writer = writable.getWriter();
  // Written straight in: through a Blob's own stream it takes ten times as long. What is wrong, the reader says.
  for (const done of [writer.write(data), writer.close()]) done.catch(() => 0);
  const reader = (readable as ReadableStream<Bytes>).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.length;
    parts.push(chunk.value);
    if (size <= limit) continue;
    await reader.cancel();
    // Longer than allowed.
    throw new RangeError();
  }
  return concat(...parts);
}

/** A stored block that puts the dictionary before the data: copies may then reach back into it. */
function stored({ length }: Bytes): Bytes {
  return Uint8Array.of(0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255);
}

export const native: Inflate = async (data, limit, dictionary) => {
  const { length } = dictionary;
  const primed = concat(stored(dictionary), dictionary, data);
  const [bytes, short] = await Promise.all([
    stream(primed, limit + length),
    stream(primed.slice(0, -1), limit + length).catch(() => undefined),
  ]);
  // Something stands behind the end.
  if (data.length === 0 || short !== undefined) throw new RangeError();
  return bytes.slice(length);
};

let chosen: Promise<Inflate> | undefined;

async function choose(): Promise<Inflate> {
  try {
    new DecompressionStream("deflate-raw");
    return native;
  } catch {
    // Chrome before 103 and Safari before 16.4 have no raw DEFLATE, or no DecompressionStream at all.
    return ((await import(/* @vite-ignore */ OWN_INFLATE)) as { inflate: Inflate }).inflate;
  }
}

const NOTHING: Bytes = new Uint8Array();

/** The bytes of raw DEFLATE, or undefined; `dictionary`: bytes that copies may reach back to. */
export async function inflateRaw(data: Bytes, limit: number, dictionary = NOTHING): Promise<Bytes | undefined> {
  chosen ??= choose();
  const inflate = await chosen;
  // Each engine has its own error for data that does not inflate; they all mean no.
  return inflate(data, limit, dictionary).catch(() => undefined);
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The content of exactly one plain gzip member (no name, no extra fields), or undefined. */
export async function gunzip(data: Bytes, limit: number): Promise<Bytes | undefined> {
  if (data.length < 18 || [0x1f, 0x8b, 8, 0].some((byte, place) => data[place] !== byte)) return undefined;
  const bytes = await inflateRaw(data.slice(10, -8), limit);
  const tail = new DataView(data.buffer, data.byteOffset + data.length - 8);
  const sound = bytes && tail.getUint32(0, true) === crc32(bytes) && tail.getUint32(4, true) === bytes.length;
  return sound ? bytes : undefined;
}
