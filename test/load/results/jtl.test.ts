import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { csvHeader, csvRow } from '../../../src/load/results/csv.ts';
import { type Read, readJtl } from '../../../src/load/results/jtl.ts';
import { xmlFooter, xmlHeader, xmlRow } from '../../../src/load/results/xml.ts';
import type { Sample } from '../../../src/load/sample.ts';
import { Accounts } from '../../../src/load/stats/accounts.ts';
import { Totals } from '../../../src/load/stats/totals.ts';
import { sampleOf } from '../samples.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-jtl-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** In pieces of so many bytes. */
async function* pieces(log: string | Buffer, size = 1 << 16): AsyncIterable<Buffer> {
  const bytes = Buffer.from(log);
  for (let i = 0; i < bytes.length; i += size) yield Buffer.from(bytes.subarray(i, i + size));
}

/** What a log says, kept. */
async function samplesOf(log: string | Buffer, size?: number): Promise<Read & { readonly samples: readonly Sample[] }> {
  const samples: Sample[] = [];
  const read = await readJtl(pieces(log, size), (sample) => samples.push(copyOf(sample)));
  return { ...read, samples };
}

/** A row's sample is valid for a moment only, and most of it is read when asked for. */
function copyOf(sample: Sample): Sample {
  const names = Object.keys(sampleOf()) as (keyof Sample)[];
  return Object.fromEntries(names.map((name) => [name, sample[name]])) as unknown as Sample;
}

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('GET /', 'a,b', '"', '""', 'x\ny', '\r\n', ' ñ€😀 ', ',', ';', 'true', 'a"b'),
);
/** What any log can say: whole milliseconds, no server, nothing intended. */
const sample = fc
  .record({
    ...{ label: text, message: text, thread: text, failure: text, url: text.map((each) => `http://x/${each}`) },
    ...{ code: fc.constantFrom('200', '404', 'Non HTTP response code: java.net.ConnectException') },
    ...{ start: fc.integer({ min: 1e12, max: 2e12 }), elapsed: fc.nat(1e6), latency: fc.nat(1e6) },
    ...{ connect: fc.nat(100), idle: fc.nat(100), received: fc.nat(1e9), sent: fc.nat(1e6), success: fc.boolean() },
    ...{
      type: fc.constantFrom('text' as const, 'bin' as const, '' as const),
      groupThreads: fc.nat(),
      allThreads: fc.nat(),
    },
  })
  .map((each) => sampleOf({ ...each, encoding: '' }));

describe('a CSV log', () => {
  it('comes back as it was written, whatever the texts and however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), async (samples, size) => {
        const read = await samplesOf(csvHeader + samples.map(csvRow).join(''), size);
        expect(read).toEqual({ samples, rows: samples.length, unreadable: 0, truncated: false });
      }),
    );
  });

  const row = sampleOf({ start: 1700000000000, encoding: '', server: '' });
  it.each([
    ['JMeter 5 without a header', csvRow(row)],
    ['2.13, which writes none', '1700000000000,12,GET /,200,OK,Users 1-1,text,true,300,11\n'],
    ['2.x with users', '1700000000000,12,GET /,200,OK,Users 1-1,text,true,300,2,3,11\n'],
    ['Windows', (csvHeader + csvRow(row)).replaceAll('\n', '\r\n')],
    ['Excel: a mark, semicolons', `\ufeff${csvHeader}${csvRow(row)}`.replaceAll(',', ';')],
    ['tabs', (csvHeader + csvRow(row)).replaceAll(',', '\t')],
    ['a separator of its own', (csvHeader + csvRow(row)).replaceAll(',', '#')],
    ['no end of the last line', (csvHeader + csvRow(row)).trimEnd()],
    ['some columns, in another order', 'label,"token",elapsed,success,timeStamp\nGET /,x,12,TRUE,1700000000000\n'],
    ['all in quotes', '"timeStamp","elapsed","label","success"\r\n"1700000000000","12","GET /","true"\r\n'],
    ['no success: the code tells', 'timeStamp,elapsed,label,responseCode\n1700000000000,12,GET /,204\n'],
    ['logs put together', csvHeader + csvHeader + csvRow(row) + csvHeader],
    ['empty lines', `${csvHeader}\n\r\n${csvRow(row)}\n`],
  ])('of %s', async (_, log) => {
    for (const size of [1, 7, 1000]) {
      const { samples, ...read } = await samplesOf(log, size);
      expect(read).toEqual({ rows: 1, unreadable: 0, truncated: false });
      expect(samples[0]).toMatchObject({ label: 'GET /', start: 1700000000000, elapsed: 12, success: true });
    }
  });

  it.each([
    ['2023/11/14 22:13:20.123', 123],
    ['2023-11-14 22:13:20', 0],
    ['11/14/23 22:13:20', 0],
  ])('with dates, which are local: %s', async (date, milliseconds) => {
    const { samples } = await samplesOf(`timeStamp,elapsed\n${date},5\n`);
    expect(samples[0]?.start).toBe(new Date(2023, 10, 14, 22, 13, 20, milliseconds).getTime());
  });

  it('counts lines that are no samples, and goes on after them', async () => {
    const good = csvRow(sampleOf());
    const bad = ['what?', '1,2,3', good.replace('12', '-12'), good.replace('1000000', 'noon'), '"GET /"x,1,2'];
    const { rows, unreadable, truncated } = await samplesOf(
      csvHeader + bad.map((each) => `${each.trim()}\n${good}`).join(''),
    );
    expect({ rows, unreadable, truncated }).toEqual({ rows: bad.length, unreadable: bad.length, truncated: false });
  });

  it('that ends in the midst of a line says so', async () => {
    const log = csvHeader + csvRow(sampleOf({ label: 'first' })) + csvRow(sampleOf({ label: 'a "second" one' }));
    for (let cut = 30; cut < 60; cut += 1) {
      const { rows, unreadable, truncated } = await samplesOf(log.slice(0, -cut));
      expect({ rows, unreadable, truncated }).toEqual({ rows: 1, unreadable: 0, truncated: true });
    }
  });

  it('loses one line, and not the rest, where a quote is never closed', async () => {
    const good = csvRow(sampleOf());
    const { rows, unreadable } = await samplesOf(`${csvHeader}1,"open\n${good.repeat(20_000)}`);
    expect({ rows, unreadable }).toEqual({ rows: 20_000, unreadable: 1 });
  });

  it.each([
    ['is none of JMeter’s', 'name,age\nana,7\n', "the log is no log of JMeter's: its first line is `name,age`"],
    ['lacks what is needed', 'label,responseCode\nGET /,200\n', 'it has no column timeStamp'],
  ])('that %s is refused', async (_, log, message) => {
    await expect(samplesOf(log)).rejects.toThrow(message);
  });

  it.each([
    ['org.apache.http.NoHttpResponseException', 'shop.test:80 failed to respond', true],
    ['java.net.SocketTimeoutException', 'Read timed out', true],
    ['java.net.SocketException', 'Connection reset', true],
    ['java.net.SocketException', 'Network is unreachable (connect failed)', false],
    ['org.apache.http.conn.ConnectTimeoutException', 'Connect timed out', false],
    ['org.apache.http.conn.HttpHostConnectException', 'Connection refused', false],
  ])('tells lost requests from those that were never sent: %s, %s', async (type, said, unknown) => {
    const code = `Non HTTP response code: ${type}`;
    const sample = sampleOf({ code, message: `Non HTTP response message: ${said}`, success: false });
    const { samples } = await samplesOf(csvHeader + csvRow(sample));
    expect(samples[0]).toMatchObject({ unknown });
    expect((await samplesOf(xmlHeader + xmlRow(sample) + xmlFooter)).samples[0]).toMatchObject({ unknown });
  });
});

describe('an XML log', () => {
  const nested = sampleOf({
    children: [sampleOf({ label: 'GET /-0' }), sampleOf({ children: [sampleOf({ label: 'deep' })] })],
  });

  it('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 5 }), fc.integer({ min: 1, max: 99 }), async (given, size) => {
        const plain = given.map((each) => ({ ...each, failure: '' })); // said by assertions only
        const read = await samplesOf(xmlHeader + plain.map(xmlRow).join('') + xmlFooter, size);
        expect(read).toEqual({ samples: plain, rows: plain.length, unreadable: 0, truncated: false });
      }),
    );
  });

  it('has sub-results and assertions inside', async () => {
    const assertion = { name: 'a', failure: true, error: false, message: 'no <Web>' };
    const failed = sampleOf({ ...nested, success: false, assertions: [assertion], failure: 'no <Web>', encoding: '' });
    const { samples } = await samplesOf(xmlHeader + xmlRow(failed) + xmlFooter);
    expect(samples).toEqual([JSON.parse(JSON.stringify(failed).replaceAll('"utf-8"', '""'), undefined)].map(revived));
  });

  it('that was never ended says so', async () => {
    expect(await samplesOf(xmlHeader + xmlRow(nested))).toMatchObject({ rows: 1, truncated: true });
    expect(await samplesOf(xmlHeader + xmlRow(nested) + xmlRow(nested).slice(0, 300))).toMatchObject({
      rows: 1,
      truncated: true,
    });
  });

  it('expands no entity, and survives deep nesting', async () => {
    const bomb = `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(1000)}">]><testResults><sample lb="&x;" t="1"/></testResults>`;
    expect(await samplesOf(bomb)).toMatchObject({ rows: 0, truncated: true });
    const deep = `<testResults>${'<sample t="1">'.repeat(5000)}${'</sample>'.repeat(5000)}</testResults>`;
    expect(await samplesOf(deep)).toMatchObject({ rows: 1, truncated: false });
  });
});

describe('a log of any kind', () => {
  it('gives the same figures as the samples themselves', async () => {
    const samples = Array.from({ length: 500 }, (_, i) =>
      sampleOf({
        label: `GET /${i % 7}`,
        elapsed: i % 90,
        success: i % 9 > 0,
        code: i % 9 > 0 ? '200' : '503',
        start: 1e12 + i,
      }),
    );
    const figures = async (read: (onRow: (sample: Sample) => void) => unknown) => {
      const [accounts, totals] = [new Accounts(), new Totals()];
      await read((each) => accounts.record(each));
      totals.add(accounts.take({ users: 0, busy: 0 }));
      return totals.measured(0);
    };
    const live = await figures((onRow) => samples.forEach(onRow));
    const csv = csvHeader + samples.map(csvRow).join('');
    const xml = xmlHeader + samples.map(xmlRow).join('') + xmlFooter;
    expect(await figures((onRow) => readJtl(pieces(csv), onRow))).toEqual(live);
    expect(await figures((onRow) => readJtl(pieces(xml), onRow))).toEqual(live);
  });

  it('neither crashes nor hangs the reader, however it is damaged', async () => {
    const good = [
      csvHeader + csvRow(sampleOf({ label: 'a "b"' })).repeat(3),
      xmlHeader + xmlRow(sampleOf()) + xmlFooter,
    ];
    const edit = fc.record({
      at: fc.nat(600),
      remove: fc.nat(20),
      insert: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('"', '\n', '<', '>', '&', ',')),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good),
        fc.array(edit, { maxLength: 6 }),
        fc.integer({ min: 1, max: 200 }),
        async (log, edits, size) => {
          const damaged = edits.reduce(
            (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
            log,
          );
          const refusal = await samplesOf(damaged, size).then(
            () => undefined,
            (error: Error) => error,
          );
          if (refusal !== undefined) expect(refusal).toMatchObject({ failure: { code: 'invalid-file' } });
        },
      ),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const refusal = await samplesOf(Buffer.from(bytes)).then(
          () => undefined,
          (error: Error) => error,
        );
        if (refusal !== undefined) expect(refusal).toMatchObject({ failure: { code: 'invalid-file' } });
      }),
    );
  });

  it('may be empty', async () => {
    for (const log of ['', '\n \n']) expect(await samplesOf(log)).toMatchObject({ rows: 0, truncated: false });
    expect(await samplesOf(csvHeader)).toMatchObject({ rows: 0, unreadable: 0, truncated: false });
  });

  it('that is no file, or no readable one, is said', async () => {
    const path = join(directory, 'none.jtl');
    await expect(readJtl(path, () => {})).rejects.toMatchObject({
      failure: { code: 'not-found', message: `there is no file ${path}` },
    });
    await expect(readJtl(directory, () => {})).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });
});

describe('a log that is being written', () => {
  it('is followed until it is said to be complete, even if it is not there at first', async () => {
    const path = join(directory, 'growing.jtl');
    const ended = new AbortController();
    const seen: string[] = [];
    const read = readJtl(path, ({ label }) => seen.push(label), { follow: ended.signal });
    writeFileSync(path, csvHeader + csvRow(sampleOf({ label: 'one' })).slice(0, 20));
    appendFileSync(path, csvRow(sampleOf({ label: 'one' })).slice(20));
    await expect.poll(() => seen).toEqual(['one']);
    appendFileSync(path, csvRow(sampleOf({ label: 'two' })));
    await expect.poll(() => seen).toEqual(['one', 'two']);
    appendFileSync(path, csvRow(sampleOf({ label: 'three' })));
    ended.abort();
    expect(await read).toEqual({ rows: 3, unreadable: 0, truncated: false });
  });

  it('is empty where it never came', async () => {
    const read = await readJtl(join(directory, 'never.jtl'), () => {}, { follow: AbortSignal.abort() });
    expect(read).toEqual({ rows: 0, unreadable: 0, truncated: false });
  });
});

/** JSON leaves out what is undefined. */
function revived(given: Sample): Sample {
  return { ...given, response: undefined, children: given.children.map(revived) };
}
