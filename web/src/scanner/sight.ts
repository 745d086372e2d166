/** The camera and the reader together: opened, kept, paused, and a manual look. */
import { stayAwake } from "../shared/awake";
import { Camera, type CameraFault, NoCamera } from "./camera";
import { NoReader, Reader } from "./reading";
import { Observer, watch } from "./watch";

export interface Told {
  /** Whether a text may be a pass: those go before a poster in the background. */
  isPass(text: string): boolean;
  text(text: string, stillInView: boolean): void;
  unreadable(reason: "Broken" | "Nothing"): void;
  /** The camera came, went, or changed. */
  changed(): void;
}

export type SightFault = CameraFault | "noReader";

/** A look that was asked for lasts so long; then nothing was there. */
const LOOK_MS = 2000;

export class Sight {
  camera: Camera | undefined;
  fault: SightFault | undefined;
  several = false;
  private reader: Promise<Reader> | undefined;
  private readonly observer: Observer;
  private unwatch: (() => void) | undefined;
  private sleep: (() => void) | undefined;
  private looking: ReturnType<typeof setTimeout> | undefined;
  private opening = 0;

  constructor(
    readonly video: HTMLVideoElement,
    private readonly told: Told,
  ) {
    this.observer = new Observer((text) => told.isPass(text));
  }

  /** Whether a code was read in the last moment. */
  get seesCode(): boolean {
    return this.observer.sees(performance.now());
  }

  /** Open the camera (`device`: that one) and look. What fails is in `fault`, with a way out on the screen. */
  async open(device?: string): Promise<void> {
    this.close();
    const turn = ++this.opening;
    this.fault = undefined;
    try {
      const loading = this.ready();
      // Awaited below, after the camera: until then its failure has nobody to hear it.
      loading.catch(() => undefined);
      const camera = await Camera.open(this.video, device);
      if (turn !== this.opening) return camera.close();
      this.camera = camera;
      const reader = await loading;
      if (turn !== this.opening) return;
      this.sleep = stayAwake();
      // Unplugged, or taken by another app: said at once, not found out by the next person.
      camera.track.addEventListener("ended", () => this.failed("busy"));
      this.unwatch = watch(this.video, reader, (sight, nowMs) => this.see(sight, nowMs));
      this.several = (await camera.next()) !== undefined;
    } catch (error) {
      if (turn === this.opening) this.failed(this.faultOf(error));
    }
    this.told.changed();
  }

  /** Read a picture of the guard's; undefined when there is no code in it. */
  async readPicture(file: Blob): Promise<string | undefined> {
    const reader = await this.ready();
    const image = new Image();
    const address = URL.createObjectURL(file);
    try {
      image.src = address;
      await image.decode();
      return (await reader.read(image)).texts[0];
    } catch (error) {
      if (error instanceof NoReader) throw error;
      // No picture at all.
      return undefined;
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  /** Look anew at what is in view: the same code counts again, and nothing is said to be nothing. */
  lookNow(): void {
    this.observer.forget();
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.told.unreadable("Nothing"), LOOK_MS);
  }

  async switchCamera(): Promise<void> {
    const next = await this.camera?.next();
    if (next === undefined) return;
    await this.open(next);
    this.camera?.choose();
  }

  close(): void {
    clearTimeout(this.looking);
    this.opening++;
    this.unwatch?.();
    this.sleep?.();
    this.camera?.close();
    this.camera = this.unwatch = this.sleep = undefined;
    this.observer.forget();
  }

  stop(): void {
    this.close();
    void this.reader?.then((reader) => reader.stop()).catch(() => undefined);
    this.reader = undefined;
  }

  private ready(): Promise<Reader> {
    this.reader ??= Reader.start().catch((error: unknown) => {
      this.reader = undefined;
      throw error;
    });
    return this.reader;
  }

  private see(sight: Parameters<Observer["take"]>[0], nowMs: number): void {
    const happened = this.observer.take(sight, nowMs);
    if (happened === undefined) return;
    clearTimeout(this.looking);
    if (happened.kind === "text") this.told.text(happened.text, happened.stillInView);
    else this.told.unreadable("Broken");
  }

  private faultOf(error: unknown): SightFault {
    if (error instanceof NoCamera) return error.fault;
    if (error instanceof NoReader) return "noReader";
    throw error;
  }

  private failed(fault: SightFault): void {
    this.close();
    this.fault = fault;
    this.told.changed();
  }
}
