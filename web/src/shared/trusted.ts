/** The one Trusted Types policy of our pages: scripts come from our own origin's workers and assets, and nowhere else. */
interface Policy {
  createScriptURL(path: string): unknown;
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(path: string): string }): Policy;
}

const OURS = /^\/(sw\.js|assets\/[\w.-]+\.js)$/;

function ours(path: string): string {
  if (!OURS.test(path)) throw new TypeError("not a script of ours");
  return path;
}

let policy: Policy | undefined;

/** The address of a worker's script, as browsers with Trusted Types want it. */
export function scriptUrl(path: string): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (factory === undefined) return ours(path);
  policy ??= factory.createPolicy("epipass", { createScriptURL: ours });
  return policy.createScriptURL(path) as string;
}
