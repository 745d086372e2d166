/** The camera: opened, chosen among several, lit, kept awake, and why it is not there. */

/** Why there is no picture; each has its own words and its own way out. */
export type CameraFault = "denied" | "none" | "busy" | "unsupported";

export class NoCamera extends Error {
  constructor(readonly fault: CameraFault) {
    super(fault);
  }
}

/** What torches and their capabilities are called; TypeScript's own list lacks them. */
interface Lit {
  readonly torch?: boolean;
}

const CHOSEN = "epipass.camera";
const FAULTS: Readonly<Record<string, CameraFault>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

function kept(): string {
  try {
    return localStorage.getItem(CHOSEN) ?? "";
  } catch {
    return "";
  }
}

function keep(device: string): void {
  try {
    localStorage.setItem(CHOSEN, device);
  } catch {
    // Storage is denied: the back camera is asked for again at the next start.
  }
}

async function streamOf(device: string): Promise<MediaStream> {
  const media = navigator.mediaDevices;
  if (media?.getUserMedia === undefined) throw new NoCamera("unsupported");
  const which = device === "" ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: device } };
  try {
    return await media.getUserMedia({
      audio: false,
      video: { ...which, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    // A camera chosen once may be gone today: any other does.
    if (device !== "" && FAULTS[name] === "none") return streamOf("");
    throw new NoCamera(FAULTS[name] ?? "busy");
  }
}

/** A running camera. */
export class Camera {
  private lit = false;

  private constructor(
    private readonly stream: MediaStream,
    readonly track: MediaStreamTrack,
  ) {}

  /** Open a camera (the one chosen before, else the one at the back) into a video element. Throws NoCamera. */
  static async open(video: HTMLVideoElement, device = kept()): Promise<Camera> {
    const stream = await streamOf(device);
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new NoCamera("none");
    video.srcObject = stream;
    video.muted = true;
    video.setAttribute("playsinline", "");
    await video.play().catch(() => undefined);
    return new Camera(stream, track);
  }

  get device(): string {
    return this.track.getSettings().deviceId ?? "";
  }

  get hasTorch(): boolean {
    const able = this.track.getCapabilities?.() as Lit | undefined;
    return able?.torch === true;
  }

  get torch(): boolean {
    return this.lit;
  }

  /** Switch the torch; resolves to whether it is on. */
  async light(on: boolean): Promise<boolean> {
    try {
      await this.track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      this.lit = on;
    } catch {
      // Another app has the lamp: it stays as it is.
    }
    return this.lit;
  }

  /** The device id of the camera after this one, undefined when there is only one. */
  async next(): Promise<string | undefined> {
    const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    if (devices.length < 2) return undefined;
    const place = devices.findIndex(({ deviceId }) => deviceId === this.device);
    return devices[(place + 1) % devices.length]?.deviceId;
  }

  /** Remember this camera for the next start. */
  choose(): void {
    keep(this.device);
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
