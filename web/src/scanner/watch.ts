/** Looks through the camera without a pause, and says what changes: a code, one that cannot be read, none at all. */
import type { Reader, Sight } from "./reading";

/** Frames looked at are at least so far apart: faster warms the phone and reads no better. */
const STEP_MS = 45;
/** A video without a new frame for so long is looked at all the same: some browsers never tell of frames. */
const FRAME_PATIENCE_MS = 250;

/** What a stream of sights means. */
export type Happening =
  /** A new text; `stillInView`: some code was in view until just now. */
  | { readonly kind: "text"; readonly text: string; readonly stillInView: boolean }
  /** A code is in view and nobody can read it. */
  | { readonly kind: "unreadable" };

/** A code must be there and unread for so long before it is called unreadable: hands shake. */
const BROKEN_MS = 1200;
/** The same after a code was read: the phone is being taken away. */
const LEAVING_MS = 2500;
/** Frames without a code for no longer than this do not end a broken one: detection flickers. */
const FLICKER_MS = 700;
/** Frames so far apart tell nothing together: the page was hidden. A slow phone looks once a second. */
const ASLEEP_MS = 5000;
/** Out of view for so long, a code that comes back is shown anew. */
const GONE_MS = 2500;

interface InView {
  readonly seenAt: number;
  /** It has been a happening already. */
  readonly told: boolean;
}

/**
 * Turns sights into happenings: the same code in view is one happening, however many frames it is in.
 *
 * Of several codes the one in view first stays the one; and a pass goes before anything else, so that the poster on the
 * wall behind people neither hides them nor is said again after each of them.
 */
export class Observer {
  private text = "";
  private textAt = Number.NEGATIVE_INFINITY;
  private brokenSince = Number.NEGATIVE_INFINITY;
  private brokenAt = Number.NEGATIVE_INFINITY;
  private told = false;
  private readonly inView = new Map<string, InView>();

  /** `isPass`: whether a text may be a pass; the others have to wait. */
  constructor(private readonly isPass: (text: string) => boolean = () => true) {}

  /** Take in a sight at `nowMs`; undefined when nothing new happened. */
  take(sight: Pick<Sight, "texts" | "broken">, nowMs: number): Happening | undefined {
    if (sight.texts.length > 0) return this.read(sight.texts, nowMs);
    if (sight.broken) return this.unread(nowMs);
    if (nowMs - this.brokenAt > FLICKER_MS) this.brokenAt = Number.NEGATIVE_INFINITY;
    return undefined;
  }

  /** Whether a code was read in the last moment. */
  sees(nowMs: number): boolean {
    return nowMs - this.textAt < FLICKER_MS;
  }

  /** The next sight of any code is a new one: somebody asked to look again. */
  forget(): void {
    this.text = "";
    this.inView.clear();
    this.textAt = Number.NEGATIVE_INFINITY;
    this.told = false;
    this.brokenSince = this.brokenAt = Number.NEGATIVE_INFINITY;
  }

  private read(texts: readonly string[], nowMs: number): Happening | undefined {
    this.brokenAt = Number.NEGATIVE_INFINITY;
    this.told = false;
    for (const [text, { seenAt }] of this.inView) if (nowMs - seenAt >= GONE_MS) this.inView.delete(text);
    const stillInView = nowMs - this.textAt < GONE_MS;
    for (const text of texts) this.inView.set(text, { seenAt: nowMs, told: this.inView.get(text)?.told ?? false });
    this.textAt = nowMs;
    const passes = texts.filter((text) => this.isPass(text));
    const candidates = passes.length > 0 ? passes : texts;
    if (candidates.includes(this.text) && this.inView.get(this.text)?.told === true) return undefined;
    this.text = candidates[0] ?? "";
    if (this.inView.get(this.text)?.told === true) return undefined;
    this.inView.set(this.text, { seenAt: nowMs, told: true });
    return { kind: "text", text: this.text, stillInView };
  }

  private unread(nowMs: number): Happening | undefined {
    if (nowMs - this.brokenAt > ASLEEP_MS) {
      this.brokenSince = nowMs;
      this.told = false;
    }
    this.brokenAt = nowMs;
    const patience = nowMs - this.textAt < LEAVING_MS + BROKEN_MS ? LEAVING_MS : BROKEN_MS;
    if (this.told || nowMs - this.brokenSince < patience) return undefined;
    this.told = true;
    this.text = "";
    this.inView.clear();
    return { kind: "unreadable" };
  }
}

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, FRAME_PATIENCE_MS);
    video.requestVideoFrameCallback?.(() => {
      clearTimeout(timer);
      done();
    });
  });
}

/** Look at each frame until the returned function is called. */
export function watch(video: HTMLVideoElement, reader: Reader, see: (sight: Sight, nowMs: number) => void): () => void {
  let on = true;
  const run = async (): Promise<void> => {
    while (on) {
      const start = performance.now();
      await nextFrame(video);
      if (on && video.videoWidth > 0 && document.visibilityState === "visible") {
        // A frame that cannot be grabbed (the camera was just closed) is as good as none.
        const sight = await reader.read(video).catch(() => undefined);
        if (on && sight !== undefined) see(sight, performance.now());
      }
      const left = STEP_MS - (performance.now() - start);
      if (left > 0) await new Promise((done) => setTimeout(done, left));
    }
  };
  void run();
  return () => {
    on = false;
  };
}
