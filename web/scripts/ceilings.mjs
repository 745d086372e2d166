/** The ceilings of the project's style: no source file over 400 lines, no function over 50. */
import { readdirSync, readFileSync } from "node:fs";

const FILE_LINES = 400;
const FUNCTION_LINES = 50;
const faults = [];

for (const folder of ["src", "tests", "scripts"]) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(ts|mjs|css)$/.test(name)) continue;
    const path = `${folder}/${name}`;
    const lines = readFileSync(path, "utf8").split("\n");
    if (lines.length > FILE_LINES) faults.push(`${path}: ${lines.length} lines`);
    lines.forEach((line, start) => {
      // The formatter closes a function at the indentation it was opened at.
      const head = /^(\s*)(export |async |private |static |default |function |constructor|\w+\().*\{$/.exec(line);
      if (head === null || /^\s*(export )?(interface|class|type|const enum) /.test(line)) return;
      const end = lines.findIndex((later, place) => place > start && later.startsWith(`${head[1]}}`));
      if (end - start + 1 > FUNCTION_LINES) faults.push(`${path}:${start + 1}: ${end - start + 1} lines in a function`);
    });
  }
}

for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
