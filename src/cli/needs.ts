import { RelevoError } from '../domain/failure.ts';
import type { Check, Host } from '../ports/host.ts';
import type { Io } from './io.ts';

/** The host's own needs come first: without a daemon nothing can be seen. Says what it will do, and asks. */
export async function prepareHost(host: Host, io: Io, yes: boolean): Promise<void> {
  const missing = missingOf(await host.check());
  const beyondUs = missing.find(({ fix }) => fix === undefined);
  if (beyondUs !== undefined) throw hostLacks([beyondUs]);
  if (missing.length === 0) return;
  if (!io.json) io.note(['This host lacks:', ...missing.map(({ what, fix }) => `  ${what} → ${fix}`)].join('\n'));
  await io.confirm('Install and start it?', yes);
  await host.mend((line) => (io.json ? undefined : io.note(`  ${line}`)));
}

/** For commands that install nothing, and want to look at once. */
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
