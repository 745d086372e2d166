/** What pages offer to choose from is what the service takes, as docs/openapi.json has it, which a test holds to the routes. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PolicyDraft } from "../src/officer/policyform";
import { OUTCOMES, STEPS } from "../src/patrol/answers";
import { KINDS } from "../src/shared/kinds";

interface Member {
  readonly enum?: readonly string[];
}

const DOCUMENT = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: Record<string, Member> }>> };
};

function membersOf(schema: string): Readonly<Record<string, Member>> {
  return DOCUMENT.components.schemas[schema]?.properties ?? {};
}

test.each([
  ["kinds of venue", KINDS, "PresetIn", "kind"],
  ["outcomes of a call or visit", OUTCOMES, "ChaseIn", "outcome"],
  ["steps of a poster", STEPS, "PosterIn", "state"],
] as const)("the %s offered are all that the service takes, and no other", (_, offered, schema, member) => {
  expect([...offered].sort()).toEqual([...(membersOf(schema)[member]?.enum ?? [])].sort());
});

test("a policy's form sends every rule that the service knows: one left out would go back to its default", () => {
  const sent = Object.keys(new PolicyDraft({ pass_required: true, max_list_age_s: 14_400 }).policy());
  // Of a peak there is no field: it only ever adds shards, so leaving it out takes none away.
  expect([...sent, "peak_per_s"].sort()).toEqual(Object.keys(membersOf("PolicyIn")).sort());
});
