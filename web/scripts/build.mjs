/** Build the pages of every origin, or of those named: `node scripts/build.mjs [me] [gate] [desk]`. */
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { tellWorker } from "./worker.mjs";

const ORIGINS = ["me", "gate", "desk"];
/** Parts that are built by themselves (vite.config.ts), before the rest of their origin. */
const PARTS = { gate: ["v", "later-rest", "later-duty", "home"] };

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
for (const origin of wanted.length > 0 ? wanted : ORIGINS) {
  const level = flags.includes("--quiet") ? ["--logLevel", "warn"] : [];
  for (const part of PARTS[origin] ?? [undefined]) {
    const built = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", ...level], {
      stdio: "inherit",
      env: { ...process.env, ORIGIN: origin, ...(part && { PART: part }) },
    });
    if (built.status !== 0) process.exit(built.status ?? 1);
  }
  // The templates to download are kept once, with the examples they are tested with.
  if (origin === "desk") cpSync("../examples/templates", "dist/desk/templates", { recursive: true });
  tellWorker(`dist/${origin}`);
}
