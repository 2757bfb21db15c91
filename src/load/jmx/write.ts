import { RelevoError } from '../../domain/failure.ts';
import { type Bean, type Element, type Item, isBean, type Properties, type Property } from './element.ts';
import { attributes } from './special.ts';
import { typeOf } from './types.ts';

/** The plan as a `.jmx` that JMeter 5.6 opens and runs. Throws RelevoError where it has a character that XML can't hold. */
export function writePlan(root: Element): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3">',
    ...tree([root], '  '),
    '</jmeterTestPlan>',
    '',
  ];
  return lines.join('\n');
}

function tree(elements: readonly Element[], indent: string): string[] {
  if (elements.length === 0) return [`${indent}<hashTree/>`];
  const inside = elements.flatMap((each) => [...element(each, `${indent}  `), ...tree(each.children, `${indent}  `)]);
  return [`${indent}<hashTree>`, ...inside, `${indent}</hashTree>`];
}

function element({ kind, form, name, enabled, properties }: Element, indent: string): string[] {
  const head = { guiclass: form, testclass: kind, testname: name, enabled: String(enabled) };
  return tag(kind, head, propertiesOf(properties, `${indent}  `), indent);
}

function propertiesOf(properties: Properties, indent: string): string[] {
  return [...properties].flatMap(([name, value]) => property(name, value, indent));
}

function property(name: string, value: Property, indent: string): string[] {
  if (typeof value === 'string') return [text(name, value, indent)];
  if (isBean(value))
    return value.kind === 'SampleSaveConfiguration' ? object(name, value, indent) : bean(name, value, indent);
  return tag(
    'collectionProp',
    { name },
    value.flatMap((item) => member(item, indent)),
    indent,
  );
}

function member({ name, value }: Item, indent: string): string[] {
  return property(name, value, `${indent}  `);
}

function text(name: string, value: string, indent: string): string {
  const type = typeOf(name, value);
  if (type === 'doubleProp') {
    const tags = [`<name>${escaped(name)}</name>`, `<value>${value}</value>`, '<savedValue>0.0</savedValue>'];
    return [`${indent}<doubleProp>`, ...tags.map((each) => `${indent}  ${each}`), `${indent}</doubleProp>`].join('\n');
  }
  const start = `${indent}<${type} name="${quoted(name)}"`;
  return value === '' ? `${start}/>` : `${start}>${escaped(value)}</${type}>`;
}

function bean(name: string, { kind, properties }: Bean, indent: string): string[] {
  const own = new Map(properties);
  const head: Record<string, string> = { name, elementType: kind };
  for (const [attribute, special] of attributes) {
    const value = own.get(special);
    if (typeof value !== 'string') continue;
    own.delete(special);
    head[attribute] = value;
  }
  return tag('elementProp', head, propertiesOf(own, `${indent}  `), indent);
}

/** What listeners save of a sample: the one value that JMeter does not write as properties. */
function object(name: string, { kind, properties }: Bean, indent: string): string[] {
  const fields = [...properties].flatMap(([field, value]) =>
    typeof value === 'string' ? [`${indent}    <${field}>${escaped(value)}</${field}>`] : [],
  );
  return [
    `${indent}<objProp>`,
    `${indent}  <name>${escaped(name)}</name>`,
    ...tag('value', { class: kind }, fields, `${indent}  `),
    `${indent}</objProp>`,
  ];
}

function tag(
  name: string,
  head: Readonly<Record<string, string>>,
  inside: readonly string[],
  indent: string,
): string[] {
  const given = Object.entries(head).map(([key, value]) => ` ${key}="${quoted(value)}"`);
  const start = `${indent}<${name}${given.join('')}`;
  return inside.length === 0 ? [`${start}/>`] : [`${start}>`, ...inside, `${indent}</${name}>`];
}

/** XML 1.0 has such characters not even as references. */
export function isImpossible(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}

/** A line break of Windows is one of Unix to every XML reader, unless it is written as a reference. */
function escaped(value: string): string {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (isImpossible(code)) throw unwritable(code);
  }
  return value.replace(/[&<>"\r]/g, (character) => references[character] ?? character);
}

function unwritable(code: number): RelevoError {
  const character = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return new RelevoError({
    code: 'invalid-file',
    message: `a .jmx can't hold the character ${character}`,
    hint: 'take it out of the plan',
  });
}

function quoted(value: string): string {
  return escaped(value).replaceAll('\t', '&#x9;').replaceAll('\n', '&#xa;');
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xd;',
};
