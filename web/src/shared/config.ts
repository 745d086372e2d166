/** `/config.json`: what is pinned when the pages are published, and where the other pages are. */
import { ask } from "./api";

export interface Config {
  readonly issuer: string;
  /** JWKs of the root keys, current and next. */
  readonly roots: readonly unknown[];
  /** Marks everything as a demonstration. */
  readonly specimen: boolean;
  /** The district's help line. */
  readonly phone: string;
  /** What the site is registered under (备案), shown at the foot; an operator who files nothing has none. */
  readonly filings?: readonly { readonly text: string; readonly url: string }[];
  /** Each origin's address, without a trailing slash. */
  readonly pages: { readonly me: string; readonly gate: string; readonly desk: string };
  /** Where staff sign in (OpenID Connect). */
  readonly login: { readonly client: string; readonly authorize: string; readonly token: string };
}

/** Fetch it. Throws Offline or Problem; a service worker answers with the last one when there is no network. */
export function loadConfig(): Promise<Config> {
  return ask<Config>("GET", "/config.json");
}
