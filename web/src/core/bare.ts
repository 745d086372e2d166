/** Verifying a bare token, with no holder: what no page does, and whoever holds a file of a pass may. */
import { type Question, type Verified, Verifier } from "./verify";

/** A verifier that takes a token by itself, too. */
export class BareVerifier extends Verifier {
  /** Verify a bare token. Throws Refused, and nothing else, for any input. */
  async verify(token: unknown, question: Question): Promise<Verified> {
    const pass = await this.checkPass(token, question.at);
    return { pass, live: false, statusAgeS: await this.checkStatus(pass, question) };
  }
}
