import { resolve } from 'node:path';
import type { Note } from '../domain/event.ts';
import type { BalancerSpec } from '../domain/spec.ts';
import type { Files, System } from '../ports/system.ts';

/** Days before its end from which on a certificate is told of: what renews itself has been renewed by then. */
const soon = 14;
const day = 86_400_000;

type Reader = Pick<System, 'certificate' | 'now'> & { readonly files: Pick<Files, 'readText'> };

/** Certificates of the file that end soon, or have ended. What can't be read is told by `plan`. */
export async function certificateNotes({ tls }: BalancerSpec, directory: string, system: Reader): Promise<Note[]> {
  if (tls === undefined || tls.certificates === 'self-signed') return [];
  const sources = [...new Set(tls.certificates.map(({ certificate }) => certificate))];
  const notes = sources.map(async (source): Promise<Note[]> => {
    const text = await system.files.readText(resolve(directory, source)).catch(() => undefined);
    const { trouble, until } = system.certificate(text ?? '', '');
    if (trouble === 'no-certificate') return [];
    const days = Math.floor((until.getTime() - system.now().getTime()) / day);
    return days < soon ? [{ about: 'certificate-ends', source, until: until.toISOString(), days }] : [];
  });
  return (await Promise.all(notes)).flat();
}
