import type { Note, NoteKind } from '../../import/notes.ts';
import type { Style } from './style.ts';
import { clean, pad, widest } from './text.ts';

const headings: readonly (readonly [kind: NoteKind, heading: string])[] = [
  ['open', 'Left to fill in'],
  ['changed', 'In another form'],
  ['left-out', 'Without a counterpart'],
];

/** What did not go over from a Compose file, by what somebody has to do about it. */
export function renderNotes(notes: readonly Note[], style: Style): string {
  return headings
    .map(([kind, heading]) => ({ heading, some: notes.filter((note) => note.kind === kind) }))
    .filter(({ some }) => some.length > 0)
    .map(({ heading, some }) => [style.bold(heading), ...noteLines(some, style)].join('\n'))
    .join('\n\n');
}

function noteLines(notes: readonly Note[], style: Style): string[] {
  const lines = notes.map(({ lines }) =>
    lines.length === 0 ? '' : `line${lines.length > 1 ? 's' : ''} ${lines.join(', ')}`,
  );
  const width = Math.min(24, widest(lines));
  return notes.flatMap(({ what, why, instead }, index) => [
    `  ${style.dim(pad(lines[index] ?? '', width))}  ${style.bold(clean(what))}: ${clean(why)}`,
    ...(instead === undefined ? [] : [`  ${' '.repeat(width)}  ${style.cyan('→')} ${clean(instead)}`]),
  ]);
}
