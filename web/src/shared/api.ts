/** Asking the service: JSON to our own origin, problems as they are told (RFC 9457), patience with full jitter. */
import { learnClock } from "./clock";

/** One broken law of a refused request. */
export interface FieldError {
  readonly pointer: string;
  readonly law: string;
  readonly detail: string;
}

/** The service answered, and refused. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfterS = 0,
  ) {
    super(code);
  }
}

/** No answer came: no network, a time-out, or somebody else's login page. */
export class Offline extends Error {}

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until it counts as offline. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
const MOST_WAIT_S = 30;

async function answerOf(method: string, path: string, asked: Asked): Promise<Response> {
  const { body, headers = {}, patienceMs = PATIENCE_MS } = asked;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  const binary = body instanceof Blob || body instanceof Uint8Array;
  const typed = body === undefined ? {} : { "Content-Type": binary ? "application/octet-stream" : "application/json" };
  const sent = performance.now();
  try {
    const answer = await fetch(path, {
      method,
      headers: { ...typed, ...headers },
      ...(body === undefined ? {} : { body: binary ? (body as BodyInit) : JSON.stringify(body) }),
      credentials: "omit",
      cache: "no-store",
      signal: patience.signal,
    });
    // Only an answer that no cache may keep tells the time: a service worker gives published files with an old date.
    if (/\bno-store\b/.test(answer.headers.get("cache-control") ?? "")) {
      learnClock(answer.headers.get("date"), sent, performance.now(), answer.headers.get("age"));
    }
    return answer;
  } catch {
    // A browser says all of it with one TypeError, and an abort with another error: for a person it is the same.
    throw new Offline(path);
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const retryAfterS = Number(answer.headers.get("retry-after")) || 0;
  try {
    const told = (await answer.json()) as Partial<Problem>;
    if (typeof told.code === "string") {
      return new Problem(answer.status, told.code, told.detail ?? "", told.errors ?? [], retryAfterS);
    }
  } catch {
    // The gateway's own answers are plain.
  }
  return new Problem(answer.status, "gateway", "", [], retryAfterS);
}

/** Send a request and return the answer whatever its type. Throws Problem when it is refused, Offline without one. */
export async function send(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const answer = await answerOf(method, path, asked);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** Send a request and read the JSON of its answer. Throws Problem or Offline. */
export async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
  const answer = await send(method, path, asked);
  try {
    return (await answer.json()) as T;
  } catch {
    // 200 and no JSON: not our service.
    throw new Offline(path);
  }
}

function isPassing(error: unknown): error is Problem | Offline {
  return error instanceof Offline || (error instanceof Problem && (error.status === 429 || error.status >= 500));
}

/** Whether the service, or the gateway before it, has too much to do: nothing was done, and a moment later it may be. */
export function isBusy(error: unknown): error is Problem {
  return error instanceof Problem && (error.status === 429 || error.status === 503);
}

/** Try something again while what refuses is passing: full jitter from 1 s, or as long as `Retry-After` says and a little more. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  tries = 4,
  passes: (error: unknown) => boolean = isPassing,
  mostWaitS = MOST_WAIT_S,
): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await attempt();
    } catch (error) {
      if (!passes(error) || turn >= tries) throw error;
      const asked = error instanceof Problem ? error.retryAfterS : 0;
      if (asked > mostWaitS) throw error;
      const waitS = asked + Math.random() * 2 ** (turn - 1);
      await new Promise((done) => setTimeout(done, waitS * 1000));
    }
  }
}
