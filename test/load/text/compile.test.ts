import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { compileText, filesIn, refusalsOf } from '../../../src/load/text/compile.ts';
import { aRun, aUser } from '../rig/text-user.ts';

const of = (text: string, variables: Readonly<Record<string, string>> = {}) =>
  compileText(text).of(aUser({ variables, properties: { host: 'example.org' } }));

describe('a text of a plan', () => {
  const x = '${x}';
  it.each([
    ['no reference', 'a', 'a'],
    ['one', x, '1'],
    ['between', `/item/${x}/edit`, '/item/1/edit'],
    ['several', `${x}-${x}-${x}${x}`, '1-1-11'],
    ['unknown stays', '${nope}', '${nope}'],
    ['an unknown one between', 'a${nope}b', 'a${nope}b'],
    ['names are as written', '${ x }', '${ x }'],
    ['an empty name', '${}', '${}'],
    ['a dollar alone', '$x $ {x} 5$', '$x $ {x} 5$'],
    ['two dollars', '$${x}', '$1'],
    ['no end', 'a${x', 'ax'],
    ['no end and nothing before', '${x', '${x'],
    ['backslashes stay without a reference', 'a\\,b\\\\c\\$', 'a\\,b\\\\c\\$'],
    ['an escaped dollar without a reference', '\\${x}', '\\${x}'],
    ['escapes go where there is a reference', `\\,\\$\\\\\\d${x}`, `,$\\\\d1`],
    ['an escaped dollar beside a reference', `\\${x} ${x}`, '${x} 1'],
    ['a variable in the name of one', '${y_${x}}', '${y_${x}'.concat('}')],
    ['a parenthesis in a name', '${x(1)}', '${x(1)}'],
    ['computed names', '${__V(y_${x})}', 'z'],
    ['nested calls', '${__V(y_${__V(x)})}', 'z'],
    ['arguments', '${__P(host,no)}:${__P(port,80)}', 'example.org:80'],
    ['__P without a default', '${__P(none)}', '1'],
    ['commas inside of braces', '${__P(none,${__P(none,a)})}', 'a'],
    ['commas inside of parentheses split too', '${__P(none,f(a)}', '${__P(none,f(a)}'],
    ['escaped commas', '${__P(none,a\\,b)}', 'a,b'],
    ['parentheses', '${__P(none,f(a))}', 'f(a)'],
    ['spaces before the end', '${__P(none,a) }', 'a'],
    ['no parentheses', '${__threadNum}', '1'],
  ])('%s: %s', (title, text, value) => {
    if (title.startsWith('commas inside of parentheses')) {
      expect(refusalsOf(text)).toHaveLength(1);
      return;
    }
    expect(of(text, { x: '1', y_1: 'z' })).toBe(value);
  });

  it('is constant where nothing is evaluated', () => {
    expect(compileText('a\\,b')).toMatchObject({ constant: 'a\\,b' });
    expect(compileText('x${abc')).toMatchObject({ constant: 'xabc' });
    expect(compileText(x).constant).toBeUndefined();
  });

  it('is evaluated on each read', () => {
    const user = aUser();
    const text = compileText('${x} ${__counter(TRUE)}');
    expect(text.of(user)).toBe('${x} 1');
    user.variables.set('x', 'a');
    expect(text.of(user)).toBe('a 2');
  });

  it('costs well under a microsecond', () => {
    const user = aUser({ variables: { id: '12345' } });
    const text = compileText('/item/${id}');
    const run = (times: number) => {
      let length = 0;
      for (let index = 0; index < times; index += 1) length += text.of(user).length;
      return length;
    };
    run(100_000);
    const before = process.cpuUsage();
    expect(run(1_000_000)).toBe(11_000_000);
    const { user: spent, system } = process.cpuUsage(before);
    expect((spent + system) / 1_000_000).toBeLessThan(0.5);
  });
});

describe('what can’t be honoured', () => {
  it.each([
    ['${__BeanShell(1+1)}', '__BeanShell'],
    ['a ${__chooseRandom(a,b,c)} b', '__chooseRandom'],
    ['${__P(a,${__BeanShell(x)})}', '__BeanShell'],
    ['${__env(HOME)}', '__env'],
    ['${__P}', '__P with 0 arguments'],
    ['${__P(a,b,c)}', '__P with 3 arguments'],
    ['${__time(YYYY)}', 'YYYY'],
    ['${__P(a', '__P('],
    ['${__P(a)x}', '__P('],
    ['${__Random(a,5)}', 'instead of a whole number'],
    ['${__Random(5,1)}', '__Random from 5 to 1'],
    ['${__digest(CRC,x)}', 'CRC'],
    ['${__StringFromFile(a,b,1,5)}', 'sequence'],
    ['${__FileToString(a,klingon)}', 'klingon'],
    ['${__timeShift(yyyy,,P1X,,)}', 'P1X'],
    ['${__timeShift(MMMM,,P1D,fr_FR,)}', 'fr_FR'],
    ['${__groovy(new Date())}', 'groovy script'],
    ['${__groovy(def x = 1; x)}', 'groovy script'],
    ['${__groovy("rm -rf /".execute())}', 'execute'],
    ['${__javaScript(java.lang.Runtime.getRuntime())}', 'java'],
    ['${__javaScript(constructor.constructor("x"))}', 'constructor'],
    ['${__jexl3(x.class)}', '"x"'],
    ['${__groovy(${script})}', 'only known while the plan runs'],
  ])('%s', (text, what) => {
    const refusals = refusalsOf(text);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.what).toContain(what);
    expect(() => compileText(text)).toThrow(RelevoError);
  });

  it('is nothing in what is no call', () => {
    for (const text of ['', 'a', '${x}', '__BeanShell', '$__BeanShell(1)', '\\${__BeanShell(1)}'])
      expect(refusalsOf(text)).toEqual([]);
  });

  it('tells which functions a text calls', () => {
    const text = '${x} ${__P(a,${__FileToString(a\\,b.txt)})} ${__CSVRead(c.csv,1)} ${__CSVRead(*c,1)}';
    expect(filesIn(text)).toEqual(['a,b.txt', 'c.csv']);
    expect(filesIn('a ${__FileToString(${file})} ${__StringFromFile(f')).toEqual([]);
  });

  it('ends calls inside one another', () => {
    expect(refusalsOf(`${'${__V('.repeat(60)}x${')}'.repeat(60)}`)[0]?.what).toContain('inside one another');
    expect(refusalsOf(`${'${__V('.repeat(5000)}x${')}'.repeat(5000)}`)).toHaveLength(1);
  });

  it('ends a text that evaluates itself', () => {
    const user = aUser({ variables: { x: '${__evalVar(x)}' } });
    expect(() => compileText('${__evalVar(x)}').of(user)).toThrow(RelevoError);
    expect(compileText('${__eval(${y})}').of(aUser({ variables: { y: '1${z}', z: '2' } }))).toBe('12');
  });
});

describe('whatever is written', () => {
  const names = fc.constantFrom(
    '__P',
    '__time',
    '__V',
    '__eval',
    '__groovy',
    '__jexl3',
    '__javaScript',
    '__timeShift',
    '__Random',
    '__regexFunction',
    '__split',
    '__digest',
    '__RandomDate',
    '__dateTimeConvert',
    '__RandomString',
    '__substring',
    '__char',
    '__intSum',
    '__unescape',
    '__urldecode',
    '__counter',
    '__CSVRead',
    'x',
    '',
  );
  const piece = fc.oneof(
    fc.constantFrom(
      '$',
      '{',
      '}',
      '(',
      ')',
      ',',
      '\\',
      '${',
      '"',
      "'",
      ' ',
      '/',
      '%',
      '1',
      '5',
      'yyyy',
      'a',
      '==',
      '+',
      '&&',
      '${x}',
    ),
    names.map((name) => `\${${name}(`),
    fc.string({ maxLength: 4 }),
  );
  const texts = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

  it('is compiled or refused, and evaluated or fails in order', () => {
    const user = aUser({ variables: { x: '3' } }, aRun({ files: { a: 'b,c' } }));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(typeof compileText(text).of(user)).toBe('string');
        } catch (error) {
          if (!(error instanceof RelevoError)) throw error;
        }
        expect(Array.isArray(refusalsOf(text))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('is the same without references', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${'));
        expect(compileText(text).of(aUser())).toBe(text);
      }),
    );
  });
});
