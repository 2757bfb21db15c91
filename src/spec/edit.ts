import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

export type Edited =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'unknown service' | 'not written as a number' };

/**
 * The file's text with another number under `services.SERVICE.replicas`. All else stays as it is written, comments too.
 * The text must be a good file. A number that is somebody else's (an alias, a merge) is not changed there: where it is
 * merged in, the service gets one of its own.
 */
export function withReplicas(text: string, service: string, replicas: number): Edited {
  const document = parseDocument(text, { version: '1.2', merge: false, logLevel: 'silent' });
  const map = document.getIn(['services', service], true);
  if (map === undefined) return { ok: false, reason: 'unknown service' };
  if (!isMap(map)) return { ok: false, reason: 'not written as a number' };
  const written = map.get('replicas', true);
  if (written === undefined) return inserted(text, map, replicas);
  if (!isScalar(written) || !written.range || written.anchor !== undefined) {
    return { ok: false, reason: 'not written as a number' };
  }
  const [start, end] = written.range;
  return { ok: true, text: `${text.slice(0, start)}${replicas}${text.slice(end)}` };
}

function inserted(text: string, map: YAMLMap, replicas: number): Edited {
  const [first] = map.items as Pair<{ range?: [number, number, number] }>[];
  const start = first?.key.range?.[0];
  if (start === undefined) return { ok: false, reason: 'not written as a number' };
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(line, start);
  const separator = map.flow ? ', ' : `\n${indent}`;
  if (!map.flow && indent.trim() !== '') return { ok: false, reason: 'not written as a number' };
  return { ok: true, text: `${text.slice(0, start)}replicas: ${replicas}${separator}${text.slice(start)}` };
}
