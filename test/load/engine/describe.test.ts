import { describe, expect, test } from 'vitest';
import { describeSupport, honouredIn } from '../../../src/load/engine/describe.ts';
import type { Support } from '../../../src/load/engine/support.ts';
import type { Element } from '../../../src/load/jmx/element.ts';

const http: Support = {
  role: 'sampler',
  title: 'HTTP Request',
  limits: ['No `FILE` protocol.', 'No HTTP/2.'],
  refuses: ['Proxies.'],
  compile: () => {
    throw new Error('is only described here');
  },
};
const supports: Readonly<Record<string, Support>> = {
  HTTPSamplerProxy: http,
  HTTPSampler: http,
  ThreadGroup: { role: 'group', title: 'Thread Group' },
  LoopController: { role: 'controller', title: 'Loop | Controller' },
  ResultCollector: { role: 'skipped', title: 'Listener', why: 'results are in --jtl' },
};

function element(kind: string, name: string, children: readonly Element[] = [], enabled = true): Element {
  return { kind, form: '', name, enabled, properties: new Map(), children, path: name, line: 1 };
}

describe('honouredIn', () => {
  test('enabled elements by what they are called, without those that are refused or skipped', () => {
    const group = element('ThreadGroup', 'Users', [
      ...[element('HTTPSamplerProxy', 'a'), element('HTTPSampler', 'b'), element('HTTPSampler', 'bad')],
      ...[element('ResultCollector', 'c'), element('JSR223Sampler', 'd', [element('HTTPSampler', 'below')])],
      element('LoopController', 'off', [element('HTTPSampler', 'e')], false),
    ]);
    const bad = { kind: 'unsupported', path: 'bad', line: 1, what: 'ftp', consequence: 'nothing is sent' } as const;
    expect(honouredIn(element('TestPlan', 'plan', [group]), ({ kind }) => supports[kind], [bad])).toEqual([
      { title: 'HTTP Request', role: 'sampler', count: 3 },
      { title: 'Thread Group', role: 'group', count: 1 },
    ]);
  });
});

describe('describeSupport', () => {
  test('tables by role, then functions, then what has no effect', () => {
    const functions = [
      { syntax: '__time([format])', title: 'The time', limits: 'No eras.', refuses: 'Eras.' },
      { syntax: '__UUID()', title: 'A UUID' },
    ];
    expect(describeSupport(supports, functions, ['shareMode', 'A.b'])).toMatchInlineSnapshot(`
      "### Groups of users

      | element | in the \`.jmx\` |
      | --- | --- |
      | Thread Group | \`ThreadGroup\` |

      ### Controllers

      | element | in the \`.jmx\` |
      | --- | --- |
      | Loop \\| Controller | \`LoopController\` |

      ### Samplers

      | element | in the \`.jmx\` |
      | --- | --- |
      | HTTP Request | \`HTTPSamplerProxy\`, \`HTTPSampler\` |

      Not as in JMeter:

      - HTTP Request:
        - No \`FILE\` protocol.
        - No HTTP/2.

      Refused before a run:

      - HTTP Request: Proxies.

      ### Functions

      | function | gives |
      | --- | --- |
      | \`\${__UUID()}\` | A UUID |
      | \`\${__time([format])}\` | The time |

      Not as in JMeter:

      - \`\${__time}\`: No eras.

      Refused before a run:

      - \`\${__time}\`: Eras.

      ### Choices that may not be computed

      These are read once, when the plan is read; with \`\${…}\` in them JMeter would read them again and again. A plan in which one of them is computed is refused: \`A.b\`, \`shareMode\`.

      ### Without effect on the load

      | element | in the \`.jmx\` | why nothing is lost |
      | --- | --- | --- |
      | Listener | \`ResultCollector\` | results are in --jtl |"
    `);
  });
});
