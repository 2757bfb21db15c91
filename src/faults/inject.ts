import { type Failure, RelevoError } from '../domain/failure.ts';
import type { Power, Provider } from '../ports/provider.ts';
import type { Effect, Fault } from './fault.ts';
import { healArgv, injectArgv, listArgv } from './keeper.ts';
import { sameTarget, type Target } from './target.ts';

/** What faults need of the outside: machines, whatever state their LXD is in. */
export type Breakable = Pick<Provider, 'observe' | 'exec' | 'power'>;

/** One that was injected and not healed yet. */
export interface ActiveFault {
  readonly id: string;
  readonly fault: string;
  /** As it was written: `web/1`. */
  readonly target: string;
  /** When it heals by itself, ISO 8601, UTC. */
  readonly until: string;
}

export interface Injected extends ActiveFault {
  /** When it began to be so, ISO 8601, UTC. */
  readonly at: string;
}

export interface Wish {
  readonly fault: Fault;
  readonly target: Target;
  /** Until it heals by itself. */
  readonly seconds: number;
  /** Unlike any other's; lower-case letters and digits. */
  readonly id: string;
  readonly now: Date;
}

/** All of it, or nothing. */
export async function inject(provider: Breakable, { fault, target, seconds, id, now }: Wish): Promise<Injected> {
  const effects = fault.effects(target);
  for (const { kind, machine } of effects) if (kind === 'power-cut') powerOf(provider, machine); // before anything is done
  await refuseTwice(provider, fault.name, target.text);
  const until = new Date(now.getTime() + seconds * 1000).toISOString();
  const active: ActiveFault = { id, fault: fault.name, target: target.text, until };
  const begun = await Promise.allSettled(effects.map((effect, part) => begin(provider, effect, active, part, seconds)));
  const failed = begun.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await heal(provider, (each) => each.id.startsWith(id)).catch((error) => {
      throw stillActive(failed.reason, error);
    });
    throw failed.reason;
  }
  const times = begun.map((each) => (each as PromiseFulfilledResult<Date>).value);
  return { ...active, at: (times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? now).toISOString() };
}

/** The first failure tells more; what the command could not heal its timers do. */
function stillActive(first: unknown, error: unknown): unknown {
  if (!(first instanceof RelevoError) || !(error instanceof RelevoError)) return error;
  const hint = 'a part of it is active until its time is over: `relevo fault heal --all` ends it before';
  return new RelevoError({ ...first.failure, hint }, { cause: error });
}

async function begin(
  provider: Breakable,
  effect: Effect,
  active: ActiveFault,
  part: number,
  seconds: number,
): Promise<Date> {
  const id = `${active.id}${partLetters[part]}`; // several parts may lie on one machine
  const record = JSON.stringify({ ...active, id });
  if (effect.kind === 'power-cut')
    return powerOf(provider, effect.machine).cut(effect.machine, { id, seconds, record });
  const { machine, ...script } = effect;
  const argv = injectArgv({ ...script, id, seconds, record });
  return new Date(Number(await must(provider, machine, argv, `${active.fault} on ${active.target}`)));
}

function powerOf({ power }: Breakable, machine: string): Power {
  if (power !== undefined) return power;
  const hint = '`relevo fault list` shows other faults that take a machine';
  throw new RelevoError({ code: 'refused', message: `the power of ${machine} can't be cut from here`, hint });
}

const partLetters = 'abcdefghijklmnopqrstuvwxyz';

/** To heal one of two that are alike would heal both. */
async function refuseTwice(provider: Breakable, fault: string, target: string): Promise<void> {
  const { parts } = await activeParts(provider);
  const active = whole(parts).some((each) => each.fault === fault && sameTarget(each.target, target));
  if (!active) return;
  const hint = `heal it first: relevo fault heal ${fault} ${target}`;
  throw new RelevoError({ code: 'refused', message: `${fault} is on ${target} already`, hint });
}

/** Each once, whichever machines it lies on. */
export async function activeFaults(provider: Breakable): Promise<readonly ActiveFault[]> {
  const { parts, unread } = await activeParts(provider);
  if (unread[0] !== undefined) throw unread[0];
  return whole(parts);
}

/** Heals those that fit, wherever they are; resolves to them. Whatever can be healed is, before a failure is told. */
export async function heal(
  provider: Breakable,
  fits: (fault: ActiveFault) => boolean,
): Promise<readonly ActiveFault[]> {
  const { parts, unread } = await activeParts(provider);
  const chosen = parts.filter(({ record }) => fits(record));
  const healed = await Promise.allSettled(chosen.map((part) => healPart(provider, part)));
  const failures = [...healed.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])), ...unread];
  if (failures.length > 0) throw failures[0];
  return whole(chosen);
}

/** Of several parts one fault, with its own id. */
function whole(parts: readonly ActivePart[]): ActiveFault[] {
  const ownId = ({ id }: ActiveFault) => id.slice(0, -1);
  return [...new Map(parts.map(({ record }) => [ownId(record), { ...record, id: ownId(record) }])).values()];
}

interface ActivePart {
  readonly machine: string;
  /** Its power is cut: this host keeps the fault. */
  readonly off: boolean;
  /** With the part's own id. */
  readonly record: ActiveFault;
}

/** What lay on a machine that is off has gone with its memory. `unread`: why other machines could not be asked. */
async function activeParts(provider: Breakable): Promise<{ parts: ActivePart[]; unread: unknown[] }> {
  const [{ machines }, cuts] = await Promise.all([provider.observe(), provider.power?.cuts() ?? []]);
  const running = machines.filter(({ state }) => state === 'running');
  const asked = await Promise.allSettled(running.map(async ({ name }) => recordsOn(provider, name)));
  const kept = asked.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  const unread = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  const parse = (record: string) => JSON.parse(record) as ActiveFault;
  const off = cuts.map(({ machine, record }) => ({ machine, off: true, record: parse(record) }));
  const on = kept.map(({ machine, text }) => ({ machine, off: false, record: parse(text) }));
  return { parts: [...off, ...on], unread };
}

async function recordsOn(provider: Breakable, machine: string): Promise<{ machine: string; text: string }[]> {
  const lines = (await must(provider, machine, listArgv(), 'looking for faults')).split('\n');
  return lines.filter((line) => line !== '').map((text) => ({ machine, text }));
}

async function healPart(provider: Breakable, { machine, off, record }: ActivePart): Promise<void> {
  if (off) return powerOf(provider, machine).restore(machine);
  await must(provider, machine, healArgv(record.id), `healing ${record.fault} on ${record.target}`);
}

async function must(provider: Breakable, machine: string, argv: readonly string[], what: string): Promise<string> {
  const options = { timeout: 60, onlyLooks: true }; // each of ours does nothing more when it is run again
  const { code, stdout, stderr } = await provider.exec(machine, argv, options);
  if (code === 0) return stdout.trim();
  throw new RelevoError(failedOn(machine, what, stderr));
}

function failedOn(machine: string, what: string, stderr: string): Failure {
  const lines = stderr.trim().split('\n').slice(-10);
  return { code: 'failed', message: `${what} failed on ${machine}`, evidence: { title: `said by ${machine}`, lines } };
}
