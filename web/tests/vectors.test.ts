/** The vector files of every law: Python and this core must give the same verdict and the same code. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type KeySet, keysFromJwks, keysFromStatement } from "../src/core/keys";
import { CODES, Refused } from "../src/core/refusal";
import { StatusLists } from "../src/core/status";
import { unpack } from "../src/core/transport";
import { BareVerifier } from "../src/core/bare";
import { UNCHECKED } from "../src/core/verify";
import { DICTIONARIES } from "../src/gate/check";

type Recipe = { repeat: [string, number] } | { join: Input[] };
type Input = string | Recipe;

interface Facts {
  readonly issuer: string;
  readonly at: number;
  readonly jwks?: unknown;
  readonly statement?: Input;
  readonly roots?: unknown[];
  readonly newest_seq?: number;
  readonly lists?: Input[] | null;
  readonly max_age_s?: number;
}

interface Case extends Partial<Facts> {
  readonly name: string;
  readonly expect: string;
  readonly token?: unknown;
  readonly presentation?: unknown;
  readonly list?: unknown;
  readonly nonce?: string;
  readonly live?: boolean;
  readonly printed?: boolean;
  readonly subject?: string;
  readonly rebuilds?: { token: string; proof: string | null };
}

interface VectorFile extends Facts {
  readonly law: string;
  readonly cases: Case[];
}

const FOLDER = new URL("../../tests/vectors/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

function cooked(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input;
  if ("repeat" in input) {
    const [text, times] = (input as { repeat: [string, number] }).repeat;
    return text.repeat(times);
  }
  if ("join" in input) return (input as { join: Input[] }).join.map(cooked).join("");
  return input;
}

async function keysOf(facts: Facts): Promise<KeySet> {
  if (facts.statement === undefined) return keysFromJwks(facts.jwks);
  return keysFromStatement(cooked(facts.statement) as string, facts.roots ?? [], facts.at, facts.newest_seq);
}

async function outcome(facts: Facts, vector: Case): Promise<void> {
  const keys = await keysOf(facts);
  const lists = new StatusLists(keys, facts.issuer, facts.max_age_s);
  for (const list of facts.lists ?? []) await lists.add(cooked(list) as string, facts.at);
  if ("list" in vector) return lists.add(cooked(vector.list) as string, facts.at);
  const status: StatusLists | typeof UNCHECKED = facts.lists ? lists : UNCHECKED;
  const verifier = new BareVerifier(keys, facts.issuer, DICTIONARIES);
  const question = { at: facts.at, status, nonce: vector.nonce };
  if ("token" in vector) {
    const { pass } = await verifier.verify(cooked(vector.token), question);
    if (vector.subject !== undefined) expect(pass.payload.sub).toBe(vector.subject);
  } else if ("presentation" in vector) {
    const { pass, live } = await verifier.verifyPresentation(cooked(vector.presentation), question);
    if (vector.subject !== undefined) expect(pass.payload.sub).toBe(vector.subject);
    if (vector.live !== undefined) expect(live).toBe(vector.live);
    if (vector.printed !== undefined) expect(pass.printed).toBe(vector.printed);
  }
}

async function codeOf(facts: Facts, vector: Case): Promise<string> {
  try {
    await outcome(facts, vector);
    return "ok";
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

for (const name of FILES) {
  const file = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as VectorFile;
  describe(`law ${file.law}`, () => {
    test.each(file.cases.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
      const facts: Facts = { ...file, ...vector };
      expect(await codeOf(facts, vector)).toBe(vector.expect);
    });
    const packed = file.cases.filter((vector) => vector.rebuilds !== undefined);
    test.each(packed.map((vector) => [vector.name, vector] as const))("rebuilds %s", async (_, vector) => {
      const digits = String(cooked(vector.presentation)).replace(/^[^#]*#/, "");
      const context = { issuer: vector.issuer ?? file.issuer, dictionaries: DICTIONARIES, nonce: vector.nonce };
      const { token, proof } = await unpack(digits, context);
      expect({ token, proof: proof ?? null }).toEqual(vector.rebuilds);
    });
  });
}

test("the vectors reach every code", () => {
  const expected = FILES.flatMap(
    (name) => (JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as VectorFile).cases,
  ).map((vector) => vector.expect);
  expect(new Set(expected)).toEqual(new Set(["ok", ...CODES]));
});
