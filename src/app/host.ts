import { RelevoError } from '../domain/failure.ts';
import type { Check, Host } from '../ports/host.ts';

/** What needs a person. */
export interface MendConsent {
  /** Throws where the answer is no: nothing is done then. */
  ask(missing: readonly Check[]): Promise<void>;
  /** What is being done. */
  onLine(line: string): void;
}

/** The host's own needs come first: without a daemon nothing can be seen. Resolves to whether it lacked something. */
export async function prepareHost(host: Host, consent: MendConsent): Promise<boolean> {
  const missing = missingOf(await host.check());
  const beyondUs = missing.find(({ fix }) => fix === undefined);
  if (beyondUs !== undefined) throw hostLacks([beyondUs]);
  if (missing.length === 0) return false;
  await consent.ask(missing);
  await host.mend(consent.onLine);
  return true;
}

/** For use cases that install nothing, and want to look at once. */
export async function requireHost(host: Host): Promise<void> {
  if (await host.isThere()) return;
  throw hostLacks(missingOf(await host.check()));
}

export function missingOf(checks: readonly Check[]): Check[] {
  return checks.filter(({ state }) => state === 'missing');
}

function hostLacks(missing: readonly Check[]): RelevoError {
  const fixable = missing.every(({ fix }) => fix !== undefined);
  return new RelevoError({
    code: 'host-lacks',
    message: `this host lacks ${missing.map(({ what }) => what).join(', ')}`,
    hint: fixable ? 'let `relevo doctor --fix` install and start it' : '`relevo doctor` tells more',
  });
}
