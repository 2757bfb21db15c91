import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { compileText, refusalsOf } from '../../../src/load/text/compile.ts';
import { datePattern } from '../../../src/load/text/date-pattern.ts';
import { functions } from '../../../src/load/text/functions/catalogue.ts';
import { aSample } from '../rig/elements.ts';
import { aRun, aUser, type Given } from '../rig/text-user.ts';
import said from './jmeter-functions.json' with { type: 'json' };

const given: Given = {
  variables: {
    x: '5',
    s: 'Hello World',
    e: '',
    t: 'true',
    m_matchNr: '2',
    m_1: 'one',
    m_2: 'two',
    d: '2.5',
    n10: '10',
  },
  properties: { host: 'example.org' },
};

/** What JMeter 5.6.3 made of each text (Java 17, UTC), null where it threw, and the variables that it changed. */
describe('functions give what JMeter’s give', () => {
  it.each(said as unknown as [text: string, value: string | null, changed: Record<string, string>][])(
    '%s',
    (text, value, changed) => {
      const user = aUser(given);
      const evaluate = () => compileText(text).of(user);
      if (value === null) {
        expect(evaluate).toThrow(RelevoError);
        return;
      }
      expect(evaluate()).toBe(value);
      const { variables = {} } = given;
      expect(Object.fromEntries([...user.variables].filter(([name, now]) => variables[name] !== now))).toEqual(changed);
    },
  );
});

const of = (text: string, more: Given = {}) => compileText(text, { plan: 'shop.jmx' }).of(aUser({ ...given, ...more }));

describe('functions of the moment and of the user', () => {
  it.each<[text: string, value: string | RegExp]>([
    ['${__time()}', '1767225845678'],
    ['${__time}', '1767225845678'],
    ['${__time(/1000)}', '1767225845'],
    ['${__time(yyyy-MM-dd)}', '2026-01-01'],
    ['${__time(YMD)}', '20260101'],
    ['${__time(YMDHMS)}', /^20260101-\d{6}$/],
    ['${__time(,v)}${v}', '17672258456781767225845678'],
    ['${__threadNum}', '1'],
    ['${__threadGroupName()}', 'Users'],
    ['${__iterationNum}', '1'],
    ['${__TestPlanName}', 'shop.jmx'],
    ['${__machineName()}', /^.+$/],
    ['${__machineIP(v)}', /^[\d.]+$/],
    ['${__UUID()}', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
    ['${__Random(1,9)}', '5'],
    ['${__Random(${x},9)}', '7'],
    ['${__Random(-9223372036854775808,9223372036854775807)}', /^-?\d{1,19}$/],
    ['${__RandomString(4,abcd)}', 'cccc'],
    ['${__RandomFromMultipleVars(m)}', 'two'],
    ['${__RandomFromMultipleVars(x|s,v)}', 'Hello World'],
    ['${__base64Encode(abc,v)}${v}', 'YWJjYWJj'],
    ['${__base64Decode(YWJj)}', 'abc'],
    ['${__substring(abcdef,1,3)}', 'bc'],
    ['${__strLen(abc)}', '3'],
    ['${__uppercase(a)}${__lowercase(B)}', 'Ab'],
    ['${__MD5(abc)}', '900150983cd24fb0d6963f7d28e17f72'],
    ['${__if(${x},5,yes,no)}${__if(${x},6,yes,no)}', 'yesno'],
    ['${__logn(a)}', ''],
    ['${__samplerName()}', ''],
  ])('%s', (text, value) => {
    if (typeof value === 'string') expect(of(text)).toBe(value);
    else expect(of(text)).toMatch(value);
  });

  it('names the sampler at work', () => {
    const user = aUser(given);
    user.sampler = { label: { of: () => 'GET /' } };
    expect(compileText('${__samplerName(v)}').of(user)).toBe('GET /');
    expect(user.variables.get('v')).toBe('GET /');
  });

  it('looks at the last answer', () => {
    const user = aUser(given);
    user.previous = aSample('id=7');
    expect(compileText('${__regexFunction(id=(\\d),$1$)}').of(user)).toBe('7');
    expect(compileText('${__groovy(ctx.getPreviousResult().getResponseCode())}').of(user)).toBe('200');
    expect(compileText('${__jexl3(sampleResult.isSuccessful() && sampleResult.getTime() < 100)}').of(user)).toBe(
      'true',
    );
  });

  it('has aliases of its own for dates', () => {
    expect(of('${__time(USER1)}', { properties: { 'time.USER1': 'yyyy' } })).toBe('2026');
    expect(of('${__time(YMD)}', { properties: { 'time.YMD': 'dd.MM' } })).toBe('01.01');
  });
});

describe('counters', () => {
  it('count for each user, or for all, and each call by itself', () => {
    const run = aRun();
    const [one, other] = [aUser({ number: 0 }, run), aUser({ number: 1 }, run)];
    const alone = compileText('${__counter(TRUE)}', { place: 'a' });
    const all = compileText('${__counter(FALSE,c)}', { place: 'a' });
    const again = compileText('${__counter(FALSE)}${__counter(FALSE)}', { place: 'b' });
    expect([alone.of(one), alone.of(one), alone.of(other)]).toEqual(['1', '2', '1']);
    expect([all.of(one), all.of(other), one.variables.get('c'), other.variables.get('c')]).toEqual([
      '1',
      '2',
      '1',
      '2',
    ]);
    expect([again.of(one), again.of(other)]).toEqual(['11', '22']);
  });
});

describe('files', () => {
  const files = { 'users.csv': 'ann,a1\nbob,b2\ncid,\n\nlost,x', 'lines.txt': 'one\r\ntwo\r\n', 'body.txt': 'a\nb\n' };

  it('are dealt row by row, one to each user until it wants the next', () => {
    const run = aRun({ files });
    const [one, other] = [aUser({}, run), aUser({}, run)];
    const [name, password, next] = ['0', '1', 'next'].map((column) =>
      compileText(`\${__CSVRead(users.csv,${column})}`),
    );
    const row = (user: ReturnType<typeof aUser>) => `${name?.of(user)} ${password?.of(user)}`;
    expect([row(one), row(other), row(one)]).toEqual(['ann a1', 'bob b2', 'ann a1']);
    expect([next?.of(one), row(one), next?.of(one), row(one)]).toEqual(['', 'cid ', '', 'ann a1']);
  });

  it('have aliases, and give nothing where they or their columns are not there', () => {
    const user = aUser({}, aRun({ files }));
    const text = (call: string) => compileText(`\${__CSVRead(${call})}`).of(user);
    expect(['*u,0', 'users.csv,*u', '*u,1', 'none.csv,0', 'users.csv,9', 'users.csv,x'].map(text)).toEqual([
      '',
      '',
      'a1',
      '',
      '',
      '',
    ]);
  });

  it('are read line by line, again and again', () => {
    const user = aUser({}, aRun({ files }));
    const text = compileText('${__StringFromFile(lines.txt)}');
    expect([text.of(user), text.of(user), text.of(user)]).toEqual(['one', 'two', 'one']);
    expect(user.variables.get('StringFromFile_')).toBe('one');
    expect(compileText('${__StringFromFile(none.txt,v)}').of(user)).toBe('**ERR**');
  });

  it('are read as a whole', () => {
    const user = aUser({}, aRun({ files }));
    expect(compileText('${__FileToString(body.txt,,v)}').of(user)).toBe('a\nb\n');
    expect(compileText('${__FileToString(none.txt)}').of(user)).toBe('**ERR**');
  });

  it('may not be elsewhere', () => {
    const run = aRun();
    const denied = {
      ...run,
      files: {
        ...run.files,
        read: () => {
          throw new RelevoError({ code: 'refused', message: 'elsewhere' });
        },
      },
    };
    expect(() => compileText('${__FileToString(/etc/passwd)}').of(aUser({}, denied))).toThrow('elsewhere');
  });
});

describe('what is told', () => {
  it('has an end', () => {
    const run = aRun();
    const user = aUser({}, run);
    const text = compileText('${__log(hi ${x},INFO,,note)}');
    expect(text.of(user)).toBe('hi ${x}');
    for (let index = 0; index < 200; index += 1) text.of(user);
    expect(run.notes).toHaveLength(100);
    expect(run.notes[0]).toBe('Users 1-1 note hi ${x}');
  });

  it('is why a script gave nothing', () => {
    const run = aRun();
    const user = aUser({ variables: { code: 'import java.io.*' } }, run);
    expect(compileText('${__groovy("x".toInteger())}').of(user)).toBe('');
    expect(compileText('${__groovy(1 + ${code})}').of(user)).toBe('');
    expect(run.notes).toHaveLength(2);
  });
});

/** What Java 17's DateTimeFormatter said in English, of 2026-01-01T00:04:05.678Z in Berlin; zones are this machine's here. */
describe('dates', () => {
  const at = new Date(2026, 0, 1, 1, 4, 5, 678).getTime();
  it.each([
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", '2026-01-01T01:04:05.678'],
    ['yy M d H h a E EEEE MMM MMMM L', '26 1 1 1 1 AM Thu Thursday Jan January 1'],
    ['D k K n A QQ u uuuu yyy', '1 1 1 678000000 3845678 01 2026 2026 2026'],
    ['EEEEE MMMMM', 'T J'],
    ["hh 'o''clock' a", "01 o'clock AM"],
    ['S SS SSSSSS', '6 67 678000'],
    ['yyyyy', '02026'],
    ["''dd/MM/yy''", "'01/01/26'"],
  ])('%s', (pattern, text) => {
    expect(datePattern(pattern).format(at)).toBe(text);
  });

  it('have their zone', () => {
    const text = datePattern('XXX|xx|Z|ZZZZZ').format(at);
    expect(text).toMatch(/^(Z|[+-]\d\d:\d\d)\|[+-]\d{4}\|[+-]\d{4}\|(Z|[+-]\d\d:\d\d)$/);
    const otherwise = { year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
    expect(datePattern('HH:mm XXX').parse('10:00 +02:00', otherwise)).toBe(Date.UTC(2026, 0, 1, 8));
  });

  it.each(['w', 'Y', 'G', 'B', 'O', 'z', 'e', 'aa', 'MMMMMM', 'yyyy[-MM]', "'open", '{x}'])(
    '%s is refused',
    (pattern) => {
      expect(() => datePattern(pattern)).toThrow(RelevoError);
    },
  );

  it.each([
    ['yyyyMMdd', '20260105', [2026, 0, 5]],
    ['yyyy-M-d', '2026-1-5', [2026, 0, 5]],
    ['dd/MM/yy', '05/01/26', [2026, 0, 5]],
    ['d MMM yyyy', '5 Jan 2026', [2026, 0, 5]],
    ['yyyyMMddHHmmss', '20260105101112', [2026, 0, 5, 10, 11, 12]],
    ['MM-dd hh:mm a', '01-05 03:04 PM', [1999, 0, 5, 15, 4]],
    ['yyyy', '12026', undefined],
    ['MM', '13', undefined],
    ['yyyy-MM-dd', '2026-02-30', undefined],
  ] as const)('%s reads %s', (pattern, text, parts) => {
    const otherwise = { year: 1999, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
    const expected =
      parts === undefined ? undefined : new Date(...(parts as readonly number[] as [number, number])).getTime();
    expect(datePattern(pattern).parse(text, otherwise)).toBe(expected);
  });
});

describe('the catalogue', () => {
  it('says of each function what the docs need', () => {
    for (const { name, title, syntax, takes } of functions.values()) {
      expect(syntax.startsWith(`${name}(`)).toBe(true);
      expect(title.length).toBeGreaterThan(5);
      expect(takes[0]).toBeLessThanOrEqual(takes[1]);
      const [least] = takes;
      if (least > 0) expect(refusalsOf(`\${${name}}`)).toHaveLength(1);
    }
    expect(functions.size).toBeGreaterThanOrEqual(55);
  });
});
