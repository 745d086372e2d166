/** The core as a program: lines of JSON in, the verdicts out, for the fuzzer that compares it with Python's verifier. */
import { createInterface } from "node:readline";
import dictionary1 from "../../credentials/data/dictionary-1.json" with { type: "json" };
import { BareVerifier } from "../src/core/bare";
import { type Bytes, fromBase64url, toBase64url, utf8 } from "../src/core/bytes";
import { type Inflate, native } from "../src/core/deflated";
import { inflate } from "../src/core/inflate";
import { type KeySet, keysFromJwks, keysFromStatement } from "../src/core/keys";
import { Refused } from "../src/core/refusal";
import { StatusLists } from "../src/core/status";
import { unpack } from "../src/core/transport";
import { UNCHECKED } from "../src/core/verify";

interface Setup {
  readonly issuer: string;
  readonly at: number;
  readonly jwks: unknown;
  readonly roots: unknown[];
}

interface Question {
  readonly kind: string;
  readonly text: string;
}

type Answer = (text: string) => Promise<string>;

const DICTIONARIES = { [dictionary1.id]: dictionary1.parts.join("") };
const PAYLOAD_LIMIT = 2944;

async function inflated(how: Inflate, data: Bytes, dictionary: Bytes): Promise<string> {
  try {
    return `ok ${toBase64url(await how(data, PAYLOAD_LIMIT, dictionary))}`;
  } catch {
    return "unreadable";
  }
}

function answers({ issuer, at, roots }: Setup, keys: KeySet): Record<string, Answer> {
  const verifier = new BareVerifier(keys, issuer, DICTIONARIES);
  const question = { at, status: UNCHECKED } as const;
  const dictionary = utf8((DICTIONARIES[1] ?? "").split("{issuer}").join(issuer));
  return {
    token: async (text) => `ok ${(await verifier.verify(text, question)).pass.payload.sub}`,
    presentation: async (text) => {
      const { pass, live } = await verifier.verifyPresentation(text, question);
      return `ok ${pass.payload.sub} ${live ? "live" : pass.printed ? "printed" : ""}`;
    },
    list: async (text) => {
      await new StatusLists(keys, issuer).add(text, at);
      return "ok";
    },
    statement: async (text) => {
      const read = await keysFromStatement(text, roots, at);
      return `ok ${read.statement?.seq ?? 0} ${[...read.keys.keys()].sort().join(",")}`;
    },
    digits: async (text) => {
      const { token, proof } = await unpack(text, { issuer, dictionaries: DICTIONARIES });
      return `ok ${token} ${proof ?? ""}`;
    },
    deflated: async (text) => {
      const data = fromBase64url(text) ?? new Uint8Array();
      const both = await Promise.all([native, inflate].map((how) => inflated(how, data, dictionary)));
      return both[0] === both[1] ? (both[0] ?? "") : `two inflates: ${both.join(" | ")}`;
    },
  };
}

async function said(answer: Answer | undefined, text: string): Promise<string> {
  try {
    return (await answer?.(text)) ?? "no such question";
  } catch (error) {
    return error instanceof Refused ? error.code : `raised ${String(error)}`;
  }
}

let known: Record<string, Answer> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as unknown;
  if (known === undefined) {
    known = answers(asked as Setup, await keysFromJwks((asked as Setup).jwks));
    process.stdout.write('"ready"\n');
    continue;
  }
  const table = known;
  const all = await Promise.all((asked as Question[]).map(({ kind, text }) => said(table[kind], text)));
  process.stdout.write(`${JSON.stringify(all)}\n`);
}
