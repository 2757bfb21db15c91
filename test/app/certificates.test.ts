import { expect, it } from 'vitest';
import { certificateNotes } from '../../src/app/certificates.ts';
import { noteText } from '../../src/cli/print/words.ts';
import type { CertificateFacts } from '../../src/ports/system.ts';
import { specOf, text } from '../rig/world.ts';

const pairs = ['far', 'soon', 'today', 'old', 'soon', 'broken', 'absent'].map(
  (name) => `{certificate: ${name}, key: k}`,
);
const { balancer } = specOf(text.replace('publish: 8080', `tls: {certificates: [${pairs.join(', ')}]}`));
const until: Readonly<Record<string, string>> = {
  far: '2026-03-15T12:00:01Z',
  soon: '2026-03-02T12:00:01Z',
  today: '2026-03-01T13:00:00Z',
  old: '2026-02-27T12:00:00Z',
};

/** Each file holds its own name. */
const system = {
  now: () => new Date('2026-03-01T12:00:00Z'),
  files: { readText: async (path: string) => (path.endsWith('/absent') ? undefined : path.split('/').at(-1)) },
  certificate: (name: string): CertificateFacts => {
    const end = until[name];
    const trouble = end === undefined ? 'no-certificate' : 'no-key';
    return { names: [], from: new Date(0), until: new Date(end ?? 0), trouble };
  },
};

it('are told of once each where they end within two weeks, or have ended', async () => {
  const notes = await certificateNotes(balancer, '/project', system);
  expect(notes.map(noteText)).toEqual([
    'soon expires in 1 day, on 2026-03-02: have it renewed, and run `relevo up`',
    'today expires today, on 2026-03-01: have it renewed, and run `relevo up`',
    'old expired on 2026-02-27: browsers let nobody in; have it renewed, and run `relevo up`',
  ]);
});

it('are none where nothing is read', async () => {
  const { tls: _, ...plain } = balancer;
  expect(await certificateNotes(plain, '/project', system)).toEqual([]);
});
