import { describe, expect, it } from 'vitest';
import { renderFailure } from '../../../src/cli/print/failure.ts';
import { renderPlan } from '../../../src/cli/print/plan.ts';
import { renderStatus } from '../../../src/cli/print/status.ts';
import { makeStyle } from '../../../src/cli/print/style.ts';
import type { Status } from '../../../src/domain/status.ts';
import type { StepSummary } from '../../../src/domain/step.ts';

const plain = makeStyle({ isTTY: false, env: {} });
const colour = makeStyle({ isTTY: true, env: { TERM: 'xterm' } });

const steps: readonly StepSummary[] = [
  { id: 'a', kind: 'instance.create', instance: 'web-3', reason: 'not there yet', machine: 'm2' },
  { id: 'b', kind: 'instance.replace', instance: 'web-1', reason: 'its image changed', machine: 'm1' },
  {
    id: 'c',
    kind: 'balancer.configure',
    instance: 'balancer-1',
    reason: 'it does not know web-3 yet',
    machine: 'm1',
  },
];

const status: Status = {
  name: 'shop',
  url: 'http://127.0.0.1:1080/',
  address: '198.18.1.10',
  link: 'macvlan',
  unreadable: null,
  machines: [
    { name: 'm1', address: '198.18.1.11', state: 'running', lxd: 'answers', disk: { used: 89, total: 100 } },
    { name: 'm2', address: null, state: 'absent', lxd: 'unknown', disk: null },
  ],
  members: [{ name: 'm1', state: 'ONLINE', message: 'Fully operational' }],
  instances: [
    {
      name: 'web-1',
      service: 'web',
      role: 'primary',
      machine: 'm1',
      address: '198.19.0.12',
      state: 'running',
      server: 'UP',
    },
    {
      name: 'web-2',
      service: 'web',
      role: 'backup',
      machine: 'm1',
      address: '198.19.0.13',
      state: 'stopped',
      server: 'DOWN',
    },
  ],
  balancers: [
    {
      name: 'balancer-1',
      machine: 'm1',
      address: '198.19.0.11',
      state: 'running',
      url: 'http://198.18.7.11:8080/',
      haproxy: 'answers',
      holder: true,
    },
  ],
};

describe('what people see', () => {
  it('of a plan', () => {
    expect(renderPlan(steps, plain)).toMatchInlineSnapshot(`
      "Instances
        + create web-3          m2  not there yet
        ↻ replace web-1         m1  its image changed

      Balancers
        ~ configure balancer-1  m1  it does not know web-3 yet

      1 to create, 1 to change, 1 to replace"
    `);
    expect(renderPlan([], plain)).toBe('Up to date');
  });

  it('of a plan, with colours', () => {
    expect(renderPlan(steps.slice(0, 1), colour)).toContain('\u001b[32m+ create web-3');
  });

  it('of a plan in a narrow terminal', () => {
    const lines = renderPlan(steps, plain, 50).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  it('of the status', () => {
    expect(renderStatus(status, plain)).toMatchInlineSnapshot(`
      "shop  http://127.0.0.1:1080/

      Machines
        NAME  ADDRESS      STATE    LXD
        m1    198.18.1.11  running  answers
        m2    –            absent   unknown

      Members
        NAME  STATE   MESSAGE
        m1    ONLINE  Fully operational

      Instances
        NAME   SERVICE  ROLE     MACHINE  ADDRESS      STATE    SERVER
        web-1  web      primary  m1       198.19.0.12  running  UP
        web-2  web      backup   m1       198.19.0.13  stopped  DOWN

      Balancers
        NAME        MACHINE  ADDRESS      STATE    HAPROXY  SHARED ADDRESS
        balancer-1  m1       198.19.0.11  running  answers  198.18.1.10"
    `);
  });

  it('of machines one of which has a pool that is nearly full', () => {
    const [first, second] = status.machines as [Status['machines'][number], Status['machines'][number]];
    const full = { ...first, name: 'm3', disk: { used: 919, total: 1000 } };
    const shown = renderStatus({ ...status, machines: [first, second, full] }, plain);
    expect(shown.split('\n').slice(3, 7)).toMatchInlineSnapshot(`
      [
        "  NAME  ADDRESS      STATE    LXD      DISK",
        "  m1    198.18.1.11  running  answers  89% full",
        "  m2    –            absent   unknown  unknown",
        "  m3    198.18.1.11  running  answers  91% full",
      ]
    `);
  });

  it('of a failure, with its proof and what to do', () => {
    const failure = {
      code: 'unhealthy',
      message: 'web-1 does not answer http://198.19.0.12:80/ within 30 s: HTTP 404',
      hint: 'look inside with `relevo logs web-1`',
      evidence: { title: 'the journal of web-1', lines: ['Started apache2.service', 'a\u001b[31mred\u0007 line'] },
    } as const;
    expect(renderFailure(failure, plain)).toMatchInlineSnapshot(`
      "✗ web-1 does not answer http://198.19.0.12:80/ within 30 s: HTTP 404
        the journal of web-1
        │ Started apache2.service
        │ ared  line
        hint: look inside with \`relevo logs web-1\`"
    `);
  });

  it('of mistakes in the file: the place, and their own text underlined', () => {
    const diagnostic = {
      file: 'relevo.yaml',
      line: 7,
      column: 5,
      length: 5,
      text: '    prot: 80',
      path: 'services.web.prot',
    };
    const failure = {
      code: 'invalid-file',
      message: 'relevo.yaml is not valid',
      diagnostics: [{ ...diagnostic, message: 'unknown key', hint: 'did you mean `port`?' }],
    } as const;
    expect(renderFailure(failure, plain)).toMatchInlineSnapshot(`
      "relevo.yaml:7:5 services.web.prot: unknown key
        7 │     prot: 80
          │     ~~~~~
        hint: did you mean \`port\`?

      1 problem in relevo.yaml"
    `);
  });
});
