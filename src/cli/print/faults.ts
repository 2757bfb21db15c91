import { type Fault, targetWords } from '../../faults/fault.ts';
import type { ActiveFault } from '../../faults/inject.ts';
import type { Party, Target } from '../../faults/target.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { clean, pad, wholeSeconds } from './text.ts';

export function renderFaults(faults: readonly Fault[], style: Style, width?: number): string {
  const rows = faults.map(({ name, takes, does }) => [
    { text: name, paint: style.bold },
    takes.map((kind) => targetWords[kind]).join(', '),
    does,
  ]);
  const columns = [{ title: 'FAULT' }, { title: 'TARGETS' }, { title: 'DOES' }];
  const notes = [
    [targetWords.instance, 'its Nth instance, primaries first'],
    [targetWords.cut, 'two of the others, such as web/1:balancer/1'],
  ].map(([words = '', meaning]) => `${style.dim(pad(words, targetWords.cut.length))}  ${meaning}`);
  return [renderTable(columns, rows, style, width), '', ...notes].join('\n');
}

export function renderActive(active: readonly ActiveFault[], now: Date, style: Style, width?: number): string {
  if (active.length === 0) return 'no fault is active';
  const rows = active.map(({ fault, target, until }) => [
    { text: fault, paint: style.red },
    clean(target),
    `in ${wholeSeconds(Math.max(0, (Date.parse(until) - now.getTime()) / 1000))}`,
  ]);
  return renderTable([{ title: 'FAULT' }, { title: 'TARGET' }, { title: 'HEALS' }], rows, style, width);
}

/** `✗ container.stop on web/1 (web-1 on virtualMachine2), heals by itself in 30s`. */
export function injectedLine(injected: ActiveFault, target: Target, seconds: number, style: Style): string {
  const parties = target.kind === 'cut' ? target.between : [target];
  const who = parties.filter(({ kind }) => kind !== 'machine').map(whereabouts);
  const what = `${style.bold(injected.fault)} on ${injected.target}${who.length === 0 ? '' : style.dim(` (${who.join(', ')})`)}`;
  return `${style.red('✗')} ${what}, heals by itself in ${wholeSeconds(Math.ceil(seconds))}`;
}

function whereabouts(party: Party): string {
  return party.kind === 'machine' ? party.text : `${party.name} on ${party.machine}`;
}

export function healedLines(healed: readonly ActiveFault[], style: Style): string {
  if (healed.length === 0) return 'nothing to heal';
  return healed.map(({ fault, target }) => `${style.green('✓')} healed ${fault} on ${clean(target)}`).join('\n');
}
