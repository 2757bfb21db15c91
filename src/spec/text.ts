import type { Diagnostic } from '../domain/failure.ts';
import { type Complaint, Source } from './source.ts';

const largest = 256 * 1024;

/** The file's bytes as text, or why they are none. */
export function decode(file: string, bytes: Uint8Array): Source | Diagnostic {
  const whole = (complaint: Complaint) => new Source(file, '').diagnostic(undefined, [], complaint);
  if (bytes.length > largest) {
    return whole({
      message: `the file has ${bytes.length} bytes; at most ${largest} are read`,
      hint: 'is this the right file?',
    });
  }
  if (startsWithUtf16Mark(bytes)) {
    return whole({ message: 'the file is UTF-16, not UTF-8', hint: 'save it as UTF-8' });
  }
  if (bytes.includes(0)) {
    return whole({ message: 'this is a binary file, not YAML', hint: 'is this the right file?' });
  }
  const bad = firstBadLine(bytes);
  return bad === undefined ? new Source(file, new TextDecoder().decode(bytes)) : notUtf8(file, bad);
}

/** The bytes of a file that is named by the user's, as text, or where they are none. */
export function decodeText(file: string, bytes: Uint8Array): string | Diagnostic {
  return notText(file, bytes) ?? new TextDecoder().decode(bytes);
}

/** What is wrong with a file that is to be text; undefined: it is UTF-8. */
export function notText(file: string, bytes: Uint8Array): Diagnostic | undefined {
  if (startsWithUtf16Mark(bytes) || bytes.includes(0))
    return new Source(file, '').diagnostic(undefined, [], {
      message: 'this is no text in UTF-8',
      hint: 'save it as UTF-8',
    });
  const bad = firstBadLine(bytes);
  return bad && notUtf8(file, bad);
}

export function isDiagnostic(value: Source | Diagnostic): value is Diagnostic {
  return !(value instanceof Source);
}

function startsWithUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function firstBadLine(bytes: Uint8Array): { number: number; bytes: Uint8Array } | undefined {
  let start = 0;
  for (let number = 1; start <= bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    if (!isUtf8(line)) return { number, bytes: line };
    start = end + 1;
  }
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function notUtf8(file: string, line: { number: number; bytes: Uint8Array }): Diagnostic {
  const text = new TextDecoder().decode(line.bytes).replace(/\r$/, '');
  const column = [...text].indexOf('\ufffd') + 1;
  return {
    file,
    line: line.number,
    column,
    length: 1,
    text,
    path: '',
    message: 'this is not UTF-8',
    hint: 'save the file as UTF-8 (it may be Latin-1), or check that it is the right file',
  };
}
