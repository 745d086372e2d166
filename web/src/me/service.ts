/** What the wallet asks of the service, and the shapes of its answers (docs/openapi.json). */
import { ask } from "../shared/api";
import { instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { dpop, makeKey, type OwnKey } from "../shared/keys";
import type { Granted, Session } from "../shared/session";
import { factsOf } from "./facts";
import type { HeldPass, Member } from "./household";
import type { DocumentType } from "./identity";
import { renewalMoment } from "./renewal";

/** A sentence in both languages. */
export interface Advice {
  readonly zh: string;
  readonly en: string;
}

/** Where a person stands in one unit; `cause` is the full one, empty when there is a pass to have. */
export interface Standing {
  readonly unit: string;
  readonly name: string;
  readonly state: string;
  readonly cause: string;
  readonly what_to_do: Advice;
  readonly sampled_at: string | null;
  readonly site: string;
  readonly expires_at: string | null;
}

/** A device that may act for a person; `device` is the thumbprint of its key. */
export interface Device {
  readonly device: string;
  readonly label: string;
  readonly added_at: string;
  readonly used_at: string;
  readonly this: boolean;
}

/** A person as they see themselves. */
export interface Seen {
  readonly name: string;
  readonly phone: string;
  readonly units: readonly Standing[];
  readonly devices: readonly Device[];
  readonly what_to_do: Advice;
}

export interface OwnCheckin {
  readonly venue: string;
  readonly venue_name: string;
  readonly direction: "in" | "out";
  readonly at: string;
  readonly decision: "admitted" | "refused" | "unsure";
  readonly cause: string;
  readonly how: "self" | "assisted" | "group";
  /** Which poster was scanned, how many came, and whether a temperature that was measured was one of a fever. */
  readonly entrance?: string;
  readonly party?: number;
  readonly fever?: boolean;
}

export interface Lookup {
  readonly at: string;
  readonly kind: "scan" | "printed" | "assisted" | "offered" | "card" | "card-ended" | "trace";
  readonly place: string;
  readonly direction?: "in" | "out";
  readonly verdict?: "accepted" | "admitted" | "refused" | "unsure";
  /** Of a trace: its legal ground, and when it was approved. */
  readonly ground?: string;
  readonly searched_at?: string;
  /** Of a check-in made for the person: how they were found. */
  readonly way?: "card" | "number" | "known";
}

/** What the district wrote to people who were where a case was. */
export interface Notice {
  readonly at: string;
  readonly text_zh: string;
  readonly text_en: string;
}

/** A page of a list, and where the next begins. */
export interface Paged<T> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
}

/** What somebody types to enrol. */
export interface Claim {
  readonly type: DocumentType;
  readonly number: string;
  readonly name: string;
  readonly phone: string;
  readonly code: string;
}

interface Enrolled extends Granted {
  readonly pid: string;
}

/** Send a one-time code to a phone. */
export async function askCode(phone: string): Promise<void> {
  await ask("POST", "/codes", { body: { phone } });
}

/** Enrol this device's key for a person. The same key and code again give the same person. */
export async function enrol(claim: Claim, key: OwnKey, replaceOldest: boolean): Promise<Enrolled> {
  const body = {
    id_type: claim.type,
    id_number: claim.number,
    name: claim.name,
    phone: claim.phone,
    code: claim.code,
    device_key: key.jwk,
    proof: await dpop(key, "POST", "/people"),
    label: deviceLabel(navigator.userAgent),
    replace_oldest: replaceOldest,
  };
  return ask<Enrolled>("POST", "/people", { body });
}

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["HarmonyOS", /HarmonyOS|OpenHarmony/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["Mac", /Macintosh/],
  ["Linux", /Linux/],
];
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["WeChat", /MicroMessenger/],
  ["Alipay", /AlipayClient/],
  ["Huawei", /HuaweiBrowser/],
  ["Edge", /Edg/],
  ["Firefox", /Firefox|FxiOS/],
  ["Chrome", /Chrome|CriOS/],
  ["Safari", /Safari/],
];

/** A label by which its owner knows a device again: system and browser, nothing that identifies it elsewhere. */
export function deviceLabel(userAgent: string): string {
  const named = [SYSTEMS, BROWSERS].map((kinds) => kinds.find(([, mark]) => mark.test(userAgent))?.[0]);
  return named.filter((name) => name !== undefined).join(" · ");
}

/** Fetch the pass of a person and unit for a fresh key. Throws Problem with the full cause as its code, or Offline. */
export async function fetchPass(session: Session, member: Member, unit: string): Promise<HeldPass | undefined> {
  const key = await makeKey();
  const body = { key: key.jwk, proof: await dpop(key, "POST", "/me/passes"), unit };
  const { passes } = await session.ask<{ passes: { token: string; packed: string }[] }>("POST", "/me/passes", { body });
  const [given] = passes;
  if (given === undefined) return undefined;
  const { expiresAt } = factsOf(given.token);
  const now = serverNow();
  return {
    id: `${member.pid}#${unit}`,
    pid: member.pid,
    unit,
    token: given.token,
    packed: given.packed,
    key,
    expiresAt,
    fetchedAt: now,
    renewAt: renewalMoment(now, expiresAt),
  };
}

/** A person's own status. */
export function look(session: Session): Promise<Seen> {
  return session.ask<Seen>("GET", "/me");
}

/** Sign a device out; the devices that stay are answered. */
export async function signOut(session: Session, device: string): Promise<readonly Device[]> {
  const answer = await session.ask<{ devices: Device[] }>("DELETE", `/me/devices/${device}`);
  return answer.devices;
}

async function page<T>(session: Session, path: string, name: string, next: string): Promise<Paged<T>> {
  const query = next === "" ? "" : `?next=${encodeURIComponent(next)}`;
  const answer = await session.ask<Record<string, unknown>>("GET", path + query);
  return { rows: answer[name] as T[], next: answer.next as string | undefined };
}

export function checkinsOf(session: Session, next: string): Promise<Paged<OwnCheckin>> {
  return page(session, "/me/checkins", "checkins", next);
}

export function lookupsOf(session: Session, next: string): Promise<Paged<Lookup>> {
  return page(session, "/me/lookups", "lookups", next);
}

export async function noticesOf(session: Session): Promise<readonly Notice[]> {
  return (await session.ask<{ notices: Notice[] }>("GET", "/me/notices")).notices;
}

/** Epoch seconds of the sample a standing rests on. */
export function sampledAt({ sampled_at: at }: Standing): number | undefined {
  return at === null ? undefined : instantOf(at);
}
