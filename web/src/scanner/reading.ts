/** The page's side of the reader: hands frames to the worker, one at a time, from whatever this browser can. */
import { scriptUrl } from "../shared/trusted";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";
import workerUrl from "./reader?worker&url";

/** What reading needs from the network once: to be kept for the rest of the shift. */
export const READER_FILES: readonly string[] = [workerUrl, wasmUrl];

/** A frame on its way to the worker. */
export type Frame =
  | { readonly id: number; readonly bitmap: ImageBitmap }
  | {
      readonly id: number;
      readonly data: Uint8ClampedArray<ArrayBuffer>;
      readonly width: number;
      readonly height: number;
    };

/** What the worker saw in a frame; frame 0 is its own start. */
export interface Sight {
  readonly id: number;
  /** Of each code that was read, the largest first. */
  readonly texts: readonly string[];
  /** A code is there, and no code could be read. */
  readonly broken: boolean;
  /** The reader itself could not be loaded. */
  readonly failed?: boolean;
}

type Source = HTMLVideoElement | HTMLImageElement | ImageBitmap;

/** The reader could not be loaded: no network before it was kept, or a browser too old for it. */
export class NoReader extends Error {}

/** Larger pictures are drawn smaller: more pixels make it slower, not better. */
const MOST_PIXELS_ACROSS = 1920;
const ANSWER_MS = 10_000;

function sizeOf(source: Source): readonly [number, number] {
  if (source instanceof HTMLVideoElement) return [source.videoWidth, source.videoHeight];
  if (source instanceof HTMLImageElement) return [source.naturalWidth, source.naturalHeight];
  return [source.width, source.height];
}

/** Reads codes in a worker. One frame is looked at at a time: who asks earlier than it can answer waits. */
export class Reader {
  private count = 0;
  private readonly canvas = document.createElement("canvas");
  private readonly waiting = new Map<number, (sight: Sight) => void>();
  private readonly offscreen = typeof OffscreenCanvas !== "undefined" && typeof createImageBitmap !== "undefined";

  private constructor(private readonly worker: Worker) {
    worker.addEventListener("message", ({ data }: MessageEvent<Sight>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    });
  }

  /** Start a worker and wait until it can read. Throws NoReader. */
  static async start(): Promise<Reader> {
    let worker: Worker;
    try {
      worker = new Worker(scriptUrl(workerUrl), { type: "module" });
    } catch {
      throw new NoReader("worker");
    }
    const reader = new Reader(worker);
    const first = await new Promise<Sight | undefined>((done) => {
      reader.waiting.set(0, done);
      worker.addEventListener("error", () => done(undefined), { once: true });
    });
    if (first === undefined || first.failed === true) {
      worker.terminate();
      throw new NoReader("module");
    }
    return reader;
  }

  /** What is in the video's present frame, or in a picture. */
  async read(source: Source): Promise<Sight> {
    const id = ++this.count;
    const frame = await this.frameOf(source, id);
    return new Promise((done) => {
      this.waiting.set(id, done);
      // A worker that hangs must not be silence: what it does not answer counts as a code that nobody can read.
      setTimeout(() => {
        if (this.waiting.delete(id)) done({ id, texts: [], broken: true });
      }, ANSWER_MS);
      this.worker.postMessage(frame, ["bitmap" in frame ? frame.bitmap : frame.data.buffer]);
    });
  }

  stop(): void {
    this.worker.terminate();
  }

  private async frameOf(source: Source, id: number): Promise<Frame> {
    const [wide, high] = sizeOf(source);
    const scale = Math.min(1, MOST_PIXELS_ACROSS / Math.max(wide, high, 1));
    if (this.offscreen && scale === 1) return { id, bitmap: await createImageBitmap(source) };
    const [width, height] = [Math.round(wide * scale), Math.round(high * scale)];
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new NoReader("canvas");
    context.drawImage(source, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { id, data: data as Uint8ClampedArray<ArrayBuffer>, width, height };
  }
}
