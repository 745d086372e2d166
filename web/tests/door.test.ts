/** The vectors of the door: the service and a guard's page must decide alike, by the same rule of the same venue. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decideAtDoor, type Door, type Facts, RULES } from "../src/core/door";

interface Case {
  readonly name: string;
  readonly at: number;
  readonly facts: Facts;
  readonly doors: readonly Door[];
  readonly expect: unknown;
}

const FOLDER = new URL("../../tests/vectors/door/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("every rule that knows something has its vectors", () => {
  const known = RULES.filter((rule) => rule !== "colour" && rule !== "travel");
  expect(FILES.map((name) => name.replace(".json", "")).sort()).toEqual([...known].sort());
});

for (const file of FILES) {
  const { law, cases } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf-8")) as { law: string; cases: Case[] };
  describe(law, () => {
    test.each(cases)("$name", ({ facts, doors, at, expect: expected }) => {
      const { checks, ...told } = decideAtDoor(facts, doors, at);
      const asked = Object.fromEntries(Object.entries(checks).filter(([, outcome]) => outcome !== "not-asked"));
      expect({ ...told, checks: asked }).toEqual(expected);
    });
  });
}
