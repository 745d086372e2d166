/** Tokens bound to a key of this browser: renewed when they are about to end, sent with a fresh proof each time. */
import { type Asked, Problem, send } from "./api";
import { serverNow } from "./clock";
import { dpop, type OwnKey } from "./keys";

export interface Granted {
  readonly token: string;
  /** Seconds. */
  readonly expires_in: number;
}

const EARLY_S = 60;

/** Somebody's standing to ask: a key, and a way to a fresh token for it. */
export class Session {
  private token = "";
  private endsAt = 0;
  private renewing: Promise<void> | undefined;

  constructor(
    readonly key: OwnKey,
    private readonly renew: () => Promise<Granted>,
  ) {}

  /** Take a token that came with another answer. */
  grant({ token, expires_in }: Granted): void {
    this.token = token;
    this.endsAt = serverNow() + expires_in - EARLY_S;
  }

  /** Send a request under the token. Throws Problem or Offline. */
  async send(method: string, path: string, asked: Asked = {}): Promise<Response> {
    await this.ready();
    try {
      return await this.proved(method, path, asked);
    } catch (error) {
      // Once more with a fresh token: the clock may have been learnt only now, or the token key changed.
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      this.endsAt = 0;
      await this.ready();
      return this.proved(method, path, asked);
    }
  }

  /** Send a request and read the JSON of its answer. */
  async ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    return (await (await this.send(method, path, asked)).json()) as T;
  }

  private async ready(): Promise<void> {
    if (serverNow() < this.endsAt) return;
    this.renewing ??= this.renew()
      .then((granted) => this.grant(granted))
      .finally(() => {
        this.renewing = undefined;
      });
    await this.renewing;
  }

  private async proved(method: string, path: string, asked: Asked): Promise<Response> {
    const [bare = path] = path.split("?");
    const headers = { Authorization: `DPoP ${this.token}`, DPoP: await dpop(this.key, method, bare, this.token) };
    return send(method, path, { ...asked, headers: { ...asked.headers, ...headers } });
  }
}
