import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { csvHeader, csvRow, headerWith, intendedColumn, rowWith, serverColumn } from '../../../src/load/results/csv.ts';
import { readJtl } from '../../../src/load/results/jtl.ts';
import { xmlFooter, xmlHeader, xmlRow } from '../../../src/load/results/xml.ts';
import { Accounts } from '../../../src/load/stats/accounts.ts';
import { Totals } from '../../../src/load/stats/totals.ts';
import { sampleOf } from '../samples.ts';

describe('the CSV log', () => {
  it('has the columns of JMeter 5.6', () => {
    expect(csvHeader).toBe(
      'timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n',
    );
  });

  it('has whole milliseconds', () => {
    const row = csvRow(sampleOf({ start: 1700000000000.6, elapsed: 12.4, latency: 11.5, connect: 0.2, idle: 3 }));
    expect(row).toBe('1700000000001,12,GET /,200,OK,Users 1-1,text,true,,300,120,2,3,http://shop.test/,12,3,0\n');
  });

  it('quotes what has a comma, a quote or a line’s end in it, and nothing else', () => {
    const row = csvRow(
      sampleOf({
        label: 'a,"b"',
        message: 'two\r\nlines',
        thread: "it's; fine\t|",
        failure: 'x\ny',
        success: false,
        url: '',
      }),
    );
    expect(row).toBe(
      '1000000,12,"a,""b""",200,"two\r\nlines",it\'s; fine\t|,text,false,"x\ny",300,120,2,3,null,11,0,1\n',
    );
  });
});

describe('a log of a run that knows more', () => {
  const more = sampleOf({ start: 5000, intended: 4000.4, server: 'web,1', url: 'http://shop.test/' });

  it('has columns for that', async () => {
    const own = [serverColumn, intendedColumn] as const;
    const csv = headerWith(own) + rowWith(own)(more) + rowWith(own)(sampleOf());
    expect(csv.split('\n').map((line) => line.replace(/^.*Connect|^.*,11,0,1/, ''))).toEqual([
      ',"relevoServer","relevoIntended"',
      ',"web,1",4000',
      ',,',
      '',
    ]);
    expect(await figuresOf(csv)).toEqual({ response: 1012, servers: ['web,1'] });
  });

  it('has attributes for that', async () => {
    expect(xmlRow(more)).toContain(' relevoServer="web,1" relevoIntended="4000"');
    expect(xmlRow(sampleOf())).not.toContain('relevo');
    expect(await figuresOf(xmlHeader + xmlRow(more) + xmlFooter)).toEqual({ response: 1012, servers: ['web,1'] });
  });
});

/** What a report makes of a log. */
async function figuresOf(log: string) {
  const [accounts, totals] = [new Accounts(), new Totals()];
  await readJtl(Readable.from([Buffer.from(log)]), (sample) => accounts.record(sample));
  totals.add(accounts.take({ users: 0, busy: 0 }));
  const { total, servers } = totals.measured(0);
  return { response: total.response?.max, servers: servers.map(({ name }) => name) };
}

describe('the XML log', () => {
  it('has sub-results and failed assertions inside', () => {
    const failed = { name: 'has Web', failure: true, error: false, message: 'expected <Web> & "more"' };
    const child = sampleOf({ label: 'GET /-0', url: 'http://shop.test/?a=1&b=2', code: '302', message: 'Found' });
    const row = xmlRow(sampleOf({ label: 'a<b>&"c"\n', success: false, assertions: [failed], children: [child] }));
    expect(xmlHeader + row + xmlFooter).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testResults version="1.2">
      <httpSample t="12" it="0" lt="11" ct="1" ts="1000000" s="false" lb="a&lt;b&gt;&amp;&quot;c&quot;&#xa;" rc="200" rm="OK" tn="Users 1-1" dt="text" by="300" sby="120" ng="2" na="3">
        <assertionResult>
          <name>has Web</name>
          <failure>true</failure>
          <error>false</error>
          <failureMessage>expected &lt;Web&gt; &amp; "more"</failureMessage>
        </assertionResult>
        <httpSample t="12" it="0" lt="11" ct="1" ts="1000000" s="true" lb="GET /-0" rc="302" rm="Found" tn="Users 1-1" dt="text" by="300" sby="120" ng="2" na="3">
          <java.net.URL>http://shop.test/?a=1&amp;b=2</java.net.URL>
        </httpSample>
        <java.net.URL>http://shop.test/</java.net.URL>
      </httpSample>
      </testResults>
      "
    `);
  });

  it('of what has no URL is a plain sample', () => {
    expect(xmlRow(sampleOf({ url: '', label: 'buy', children: [] }))).toMatch(/^<sample t="12" .*lb="buy".*\/>\n$/);
  });

  it('replaces what XML can’t say', () => {
    expect(xmlRow(sampleOf({ label: 'a\u0000b\ud800c\u{1f600}' }))).toContain('lb="a\ufffdb\ufffdc\u{1f600}"');
  });
});
