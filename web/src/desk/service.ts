/** Asking the service as whoever is signed in; when that ends in the middle, waiting for a new sign-in and asking again. */
import { type Asked, Offline, Problem, send } from "../shared/api";
import type { Staff } from "./staff";

const PATIENCE_MS = 30_000;

/** An answer to an upload. */
interface Sent {
  readonly status: number;
  readonly text: string;
}

/** How much of a file has gone out, in bytes. */
export type Progress = (sent: number, total: number) => void;

/** Send a file with progress, which fetch cannot tell. Throws Offline. */
export function sendFile(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  data: Blob,
  onSent: Progress,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) => onSent(Math.min(loaded, data.size), data.size));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Offline(method)));
    request.send(data);
  });
}

function problemOf({ status, text }: Sent): Problem {
  try {
    const told = JSON.parse(text) as Partial<Problem>;
    if (typeof told.code === "string") return new Problem(status, told.code, told.detail ?? "", told.errors ?? []);
  } catch {
    // The gateway's own answers are plain.
  }
  return new Problem(status, "gateway", "");
}

/** The service, as its staff see it. */
export class Desk {
  private renewing: Promise<void> | undefined;

  /** `again` lets the person sign in once more and says who came. */
  constructor(
    private staff: Staff,
    private readonly again: () => Promise<Staff>,
  ) {}

  get who(): Staff {
    return this.staff;
  }

  /** Somebody signed in again before anything was refused. */
  replace(staff: Staff): void {
    this.staff = staff;
  }

  /** Send a request and return the answer whatever its type. Throws Problem or Offline, never a 401. */
  send(method: string, path: string, asked: Asked = {}): Promise<Response> {
    return this.signedIn((headers) =>
      send(method, path, { patienceMs: PATIENCE_MS, ...asked, headers: { ...asked.headers, ...headers } }),
    );
  }

  /** Send a request and read the JSON of its answer. Throws Problem or Offline. */
  async ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    const answer = await this.send(method, path, asked);
    try {
      return (await answer.json()) as T;
    } catch {
      // 200 and no JSON: not our service.
      throw new Offline(path);
    }
  }

  /** POST a file and read the JSON of the answer. Throws Problem or Offline. */
  upload<T>(path: string, data: Blob, onSent: Progress): Promise<T> {
    return this.signedIn(async (headers) => {
      const typed = { ...headers, "Content-Type": "application/octet-stream" };
      const sent = await sendFile("POST", path, typed, data, onSent);
      if (sent.status < 200 || sent.status > 299) throw problemOf(sent);
      try {
        return JSON.parse(sent.text) as T;
      } catch {
        throw new Offline(path); // 200 and no JSON: not our service.
      }
    });
  }

  private async signedIn<T>(attempt: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    for (;;) {
      const { token } = this.staff;
      try {
        return await attempt({ Authorization: `Bearer ${token}` });
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) throw error;
        await this.renewed(token);
      }
    }
  }

  private async renewed(refused: string): Promise<void> {
    if (this.staff.token !== refused) return;
    this.renewing ??= this.again()
      .then((staff) => this.replace(staff))
      .finally(() => {
        this.renewing = undefined;
      });
    await this.renewing;
  }
}
