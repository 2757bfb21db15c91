import fc from 'fast-check';
import type { Bean, Element, Item, Properties, Property } from '../../../src/load/jmx/element.ts';
import { isImpossible } from '../../../src/load/jmx/write.ts';

/** A tree without what only a file gives it: lines. */
export function withoutLines(element: Element): object {
  return { ...element, line: 0, children: element.children.map(withoutLines) };
}

const possible = (text: string) => [...text].filter((each) => !isImpossible(each.codePointAt(0) ?? 0)).join('');
const xmlText = fc.string({ unit: 'grapheme', maxLength: 30 }).map(possible);
const special = fc.constantFrom(
  'a\r\nb',
  '\t',
  ' x ',
  ']]>',
  '<![CDATA[',
  '&amp;',
  '${__P(x)}',
  '\uFFFD',
  '\u2028',
  '',
);
const value = fc.oneof(xmlText, special, fc.constantFrom('true', '0', '-1', '12.5'));
const name = fc.oneof(
  fc.constantFrom(
    'ThreadGroup.num_threads',
    'throughput',
    'calcMode',
    'HTTPSampler.use_keepalive',
    'ThreadGroup.delay',
  ),
  xmlText,
);
const kind = fc.constantFrom(
  'ThreadGroup',
  'HTTPSamplerProxy',
  'kg.apc.jmeter.threads.UltimateThreadGroup',
  'Größe-1._x',
);

const { property } = fc.letrec<{ property: Property; bean: Bean; items: readonly Item[]; properties: Properties }>(
  (tie) => ({
    property: fc.oneof({ maxDepth: 3, depthSize: 'small' }, value, tie('bean'), tie('items')),
    bean: fc.record({ kind, properties: tie('properties') }),
    items: fc.array(fc.record({ name: value, value: tie('property') }), { maxLength: 3 }),
    properties: fc.array(fc.tuple(name, tie('property')), { maxLength: 3 }).map((entries) => new Map(entries)),
  }),
);

const own = fc.record({
  kind,
  form: fc.constantFrom('', 'ThreadGroupGui', 'a.b.Gui'),
  name: value,
  enabled: fc.boolean(),
  properties: fc.array(fc.tuple(name, property), { maxLength: 4 }).map((entries) => new Map(entries)),
});

type Own = Omit<Element, 'children' | 'path' | 'line'>;
type Nested = Own & { readonly below: readonly Nested[] };

const { nested } = fc.letrec<{ nested: Nested }>((tie) => ({
  nested: fc
    .tuple(own, fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('nested'), { maxLength: 3 })))
    .map(([element, below]) => ({ ...element, below })),
}));

function placed({ below, ...element }: Nested, above: string): Element {
  const shown = element.name === '' ? element.kind : element.name;
  const path = (above === '' ? '' : `${above} > `) + shown;
  return { ...element, path, line: 0, children: below.map((each) => placed(each, path)) };
}

/** Whole plans: any names, texts and nesting that a `.jmx` can hold. */
export const plans: fc.Arbitrary<Element> = nested.map((root) => placed({ ...root, kind: 'TestPlan' }, ''));
