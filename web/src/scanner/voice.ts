/** What is heard and felt of a verdict: a recorded phrase and a pattern of vibration for each; never the only sign. */
import admit from "./voice/admit.mp3?url";
import check from "./voice/check.mp3?url";
import refuse from "./voice/refuse.mp3?url";
import unreadable from "./voice/unreadable.mp3?url";

export type Phrase = "admit" | "refuse" | "check" | "unreadable";

const RECORDINGS: Readonly<Record<Phrase, string>> = { admit, refuse, check, unreadable };
/** Milliseconds on, off, on…: one short, one long, two, and many. */
const PATTERNS: Readonly<Record<Phrase, readonly number[]>> = {
  admit: [90],
  refuse: [500, 120, 500],
  check: [160, 120, 160],
  unreadable: [60, 60, 60, 60, 60, 60],
};
export const VOICE_FILES: readonly string[] = Object.values(RECORDINGS);
const MUTED = "epipass.muted";

function keptMute(): boolean {
  try {
    return localStorage.getItem(MUTED) === "1";
  } catch {
    return false;
  }
}

/** Speaks once a hand has touched the page: browsers allow no sound before. */
export class Voice {
  private readonly context: AudioContext | undefined;
  private readonly sounds = new Map<Phrase, AudioBuffer>();
  private playing: AudioBufferSourceNode | undefined;
  private silent = keptMute();

  constructor(private readonly onChange: () => void) {
    this.context = typeof AudioContext === "undefined" ? undefined : new AudioContext();
    for (const phrase of Object.keys(RECORDINGS) as Phrase[]) void this.load(phrase);
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.unlock(), { passive: true });
    this.context?.addEventListener("statechange", onChange);
  }

  get muted(): boolean {
    return this.silent;
  }

  /** Whether the browser lets the page speak; until then a touch is asked for. */
  get allowed(): boolean {
    return this.context?.state === "running";
  }

  mute(silent: boolean): void {
    this.silent = silent;
    try {
      localStorage.setItem(MUTED, silent ? "1" : "0");
    } catch {
      // Storage is denied: the choice lasts as long as the page.
    }
    if (silent) {
      this.playing?.stop();
      globalThis.speechSynthesis?.cancel();
    }
    this.onChange();
  }

  /** Say a phrase, in place of the one being said, and vibrate; then `more`, where the device can read aloud by itself. */
  say(phrase: Phrase, more = ""): void {
    // Before the first touch a browser refuses to vibrate, and complains.
    if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.([...PATTERNS[phrase]]);
    globalThis.speechSynthesis?.cancel();
    const sound = this.sounds.get(phrase);
    // What a sleeping context is given it says when it wakes: then it would be the last verdict, not this one.
    if (this.silent || this.context?.state !== "running" || sound === undefined) return;
    this.playing?.stop();
    this.playing = this.context.createBufferSource();
    this.playing.buffer = sound;
    this.playing.connect(this.context.destination);
    if (more !== "") this.playing.addEventListener("ended", () => this.read(more));
    this.playing.start();
  }

  /** Only by a voice of the device itself: what a guard hears is sent to nobody, and needs no network. */
  private read(text: string): void {
    if (this.silent) return;
    const lang = document.documentElement.lang;
    const voices = globalThis.speechSynthesis?.getVoices() ?? [];
    const own = voices.find((one) => one.localService && one.lang.replace("_", "-").slice(0, 2) === lang.slice(0, 2));
    if (own === undefined) return;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = own;
    said.lang = own.lang;
    globalThis.speechSynthesis.speak(said);
  }

  close(): void {
    void this.context?.close().catch(() => undefined);
  }

  private unlock(): void {
    if (this.context?.state === "suspended") void this.context.resume();
  }

  private async load(phrase: Phrase): Promise<void> {
    try {
      const answer = await fetch(RECORDINGS[phrase]);
      const sound = await this.context?.decodeAudioData(await answer.arrayBuffer());
      if (sound !== undefined) this.sounds.set(phrase, sound);
    } catch {
      // No network before it was kept: words, shapes and vibration say it.
    }
  }
}
