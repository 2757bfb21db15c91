import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { AssertionResult, Sample } from '../sample.ts';
import { intendedColumn, serverColumn } from './csv.ts';
import type { Read } from './jtl-csv.ts';
import { dateOf } from './jtl-row.ts';
import { isLost } from './lost.ts';

/** Samples inside samples deeper than that are left out. */
const deepest = 32;

/** Characters between two tags; a response in the log may be large, but not anything at all. */
const longestText = 1 << 26;

/** Reads an XML log piece by piece. Entities that a document declares are not expanded: such a document ends there. */
export class XmlReader {
  readonly #parser = new SaxesParser({});
  readonly #decoder = new TextDecoder();
  readonly #onRow: (sample: Sample) => void;
  readonly #stack: Sample[] = [];
  #deeper = 0;
  #assertion: { name: string; failure: boolean; error: boolean; message: string } | undefined;
  #text = '';
  #sinceTag = 0;
  #rows = 0;
  #broken = false;
  #closed = false;

  constructor(onRow: (sample: Sample) => void) {
    this.#onRow = onRow;
    this.#parser.on('error', () => {
      this.#broken = true;
    });
    this.#parser.on('opentag', (tag) => this.#open(tag));
    this.#parser.on('closetag', ({ name }) => this.#close(name));
    this.#parser.on('text', (text) => {
      this.#text = text;
    });
  }

  push(piece: Buffer): void {
    if (this.#broken) return;
    this.#sinceTag += piece.length;
    this.#parser.write(this.#decoder.decode(piece, { stream: true }));
    if (this.#sinceTag > longestText) this.#broken = true;
  }

  /** A log that was not ended is what a killed JMeter leaves behind. */
  end(): Read {
    return { rows: this.#rows, unreadable: 0, truncated: !this.#closed };
  }

  #open(tag: SaxesTagPlain): void {
    if (this.#broken) return;
    this.#text = '';
    this.#sinceTag = 0;
    const { name, attributes } = tag;
    if (name === 'assertionResult') this.#assertion = { name: '', failure: false, error: false, message: '' };
    if (name !== 'sample' && name !== 'httpSample') return;
    if (this.#stack.length >= deepest) this.#deeper += 1;
    else this.#stack.push(sampleOf(attributes));
  }

  #close(name: string): void {
    if (this.#broken) return;
    const text = this.#text;
    this.#text = '';
    this.#sinceTag = 0;
    const sample = this.#stack.at(-1);
    if (name === 'testResults') this.#closed = true;
    else if (sample === undefined) return;
    else if (name === 'sample' || name === 'httpSample') this.#endSample(sample);
    else if (name === 'assertionResult') this.#endAssertion(sample);
    else if (this.#assertion !== undefined) tell(this.#assertion, name, text);
    else if (name === 'java.net.URL') sample.url = text;
  }

  #endSample(sample: Sample): void {
    if (this.#deeper > 0) {
      this.#deeper -= 1;
      return;
    }
    this.#stack.pop();
    const parent = this.#stack.at(-1);
    if (parent !== undefined) parent.children.push(sample);
    else {
      this.#rows += 1;
      this.#onRow(sample);
    }
  }

  #endAssertion(sample: Sample): void {
    const assertion = this.#assertion;
    this.#assertion = undefined;
    if (assertion === undefined || !(assertion.failure || assertion.error)) return;
    sample.assertions.push(assertion satisfies AssertionResult);
    if (sample.failure === '') sample.failure = assertion.message;
  }
}

function tell(
  assertion: { name: string; failure: boolean; error: boolean; message: string },
  tag: string,
  text: string,
): void {
  if (tag === 'name') assertion.name = text;
  if (tag === 'failure') assertion.failure = text === 'true';
  if (tag === 'error') assertion.error = text === 'true';
  if (tag === 'failureMessage') assertion.message = text;
}

function sampleOf(attributes: Readonly<Record<string, string>>): Sample {
  const text = (name: string): string => attributes[name] ?? '';
  const number = (name: string): number => (/^\d{1,15}$/.test(text(name)) ? Number(text(name)) : 0);
  const code = text('rc') || text('rs');
  const success = text('s') !== 'false';
  const intended = number(intendedColumn);
  return {
    label: text('lb'),
    start: number('ts') || dateOf(text('ts')) || 0,
    ...{ elapsed: number('t'), latency: number('lt'), connect: number('ct'), idle: number('it') },
    ...{
      code,
      message: text('rm'),
      success,
      unknown: !success && isLost(code, text('rm')),
      failure: '',
      assertions: [],
    },
    ...{ received: number('by'), sent: number('sby'), url: '', encoding: text('de') },
    type: text('dt') === 'text' || text('dt') === 'bin' ? (text('dt') as 'text' | 'bin') : '',
    ...{ thread: text('tn'), groupThreads: number('ng'), allThreads: number('na') },
    ...(intended > 0 && { intended }),
    ...{ server: attributes[serverColumn] ?? '', children: [], response: undefined },
  };
}
