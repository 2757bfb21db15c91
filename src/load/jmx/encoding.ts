import { TextDecoder } from 'node:util';
import { PlanSource } from './source.ts';

const largest = 64 * 1024 * 1024;

/**
 * The text of a `.jmx`: by its byte order mark, else as its XML declaration says, else UTF-8. Bytes that are none become U+FFFD,
 * as in JMeter. Throws RelevoError where it is too large, or in an encoding that nobody knows.
 */
export function decodePlan(given: string | Buffer, name: string): PlanSource {
  const whole = new PlanSource(name, '');
  if (given.length > largest) {
    whole.refuse({ message: `the file has ${given.length} bytes; at most ${largest} are read` });
  }
  if (typeof given === 'string') return new PlanSource(name, given.replace(/^\uFEFF/, ''));
  const encoding = encodingOf(given);
  const decoder = decoderOf(encoding) ?? whole.refuse({ message: `the encoding \`${encoding}\` is not known` });
  return new PlanSource(name, decoder.decode(given));
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // A declaration that can be read so says nothing of UTF-16, whatever it says.
  const declared = /^(?:\xEF\xBB\xBF)?<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']/.exec(
    bytes.subarray(0, 200).toString('latin1'),
  )?.[1];
  return declared === undefined || bytes[0] === 0xef || /^utf-?16/i.test(declared) ? 'utf-8' : declared;
}

function decoderOf(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding);
  } catch {
    return undefined; // a RangeError: there is no such encoding
  }
}
