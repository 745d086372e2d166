/**
 * The worker that reads codes: a frame in, the text of the largest code in it out.
 *
 * It is loaded only for a shift. The WebAssembly comes from our own origin, as everything does.
 */
import { prepareZXingModule, readBarcodes, type ReaderOptions, type ReadResult } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import { showsCode } from "./finders";
import { isFlat, type Pixels, rangeOf, stretch } from "./pixels";
import type { Frame, Sight } from "./reading";

interface Scope {
  onmessage: ((event: MessageEvent<Frame>) => void) | null;
  postMessage(message: Sight): void;
}

const scope = globalThis as unknown as Scope;
const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  tryInvert: false,
  // The person's phone, a neighbour's, a poster on the wall: the largest of them is the one held up.
  maxNumberOfSymbols: 4,
  // A code that is there and cannot be read is told, so that the page is never silent about it.
  returnErrors: true,
  textMode: "Plain",
};

prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }).then(
  () => scope.postMessage({ id: 0, texts: [], broken: false }),
  () => scope.postMessage({ id: 0, texts: [], broken: false, failed: true }),
);

let canvas: OffscreenCanvas | undefined;

function pixelsOf(bitmap: ImageBitmap): ImageData {
  const { width, height } = bitmap;
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new TypeError("no canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

function sizeOf({ position }: ReadResult): number {
  const { topLeft, topRight, bottomLeft, bottomRight } = position;
  const across = Math.hypot(topLeft.x - bottomRight.x, topLeft.y - bottomRight.y);
  return across * Math.hypot(topRight.x - bottomLeft.x, topRight.y - bottomLeft.y);
}

async function look(pixels: ImageData): Promise<Omit<Sight, "id">> {
  const found = (await readBarcodes(pixels, OPTIONS)).sort((a, b) => sizeOf(b) - sizeOf(a));
  const texts = found.filter(({ isValid }) => isValid).map(({ text }) => text);
  return { texts, broken: texts.length === 0 && found.length > 0 };
}

async function read(frame: Frame): Promise<Omit<Sight, "id">> {
  const pixels = "bitmap" in frame ? pixelsOf(frame.bitmap) : new ImageData(frame.data, frame.width, frame.height);
  const range = rangeOf(pixels as Pixels);
  const sight = await look(pixels);
  if (sight.texts.length > 0) return sight;
  if (!isFlat(range)) return { ...sight, broken: sight.broken || showsCode(pixels as Pixels) };
  stretch(pixels as Pixels, range);
  const again = await look(pixels);
  if (again.texts.length > 0) return again;
  return { ...again, broken: again.broken || sight.broken || showsCode(pixels as Pixels) };
}

scope.onmessage = ({ data: frame }) => {
  read(frame).then(
    (sight) => scope.postMessage({ id: frame.id, ...sight }),
    // Whatever a picture does to the reader, the next frame is looked at; the page hears that this one was not.
    () => scope.postMessage({ id: frame.id, texts: [], broken: true }),
  );
};
