import { describe, expect, it } from 'vitest';
import { aimedAt } from '../../../src/load/jmx/aim.ts';
import { type Element, textOf } from '../../../src/load/jmx/element.ts';

function element(
  kind: string,
  properties: Readonly<Record<string, string>>,
  children: readonly Element[] = [],
  more = {},
): Element {
  const form = kind === 'ConfigTestElement' ? 'HttpDefaultsGui' : '';
  const made = { kind, form, name: kind, enabled: true, children, path: kind, line: 1, ...more };
  return { ...made, properties: new Map(Object.entries(properties)) };
}

const sampler = (properties = {}, children: readonly Element[] = []) =>
  element('HTTPSamplerProxy', properties, children);
const defaults = (properties: Readonly<Record<string, string>>, more = {}) =>
  element('ConfigTestElement', properties, [], more);
const variable = ['$', '{host}'].join('');
const elsewhere = { 'HTTPSampler.domain': 'other.example' };

/** Where each sampler sends its requests. */
function hostsOf(root: Element): string[] {
  const own = (name: string) => textOf(root, `HTTPSampler.${name}`);
  const said = root.kind.startsWith('HTTPSampler') ? [`${own('protocol')}|${own('domain')}|${own('port')}`] : [];
  return [...said, ...root.children.flatMap(hostsOf)];
}

const aim = (children: readonly Element[], target = 'http://127.0.0.1:8080/ignored') =>
  hostsOf(aimedAt(element('TestPlan', {}, children), new URL(target)));

describe('the target of a plan', () => {
  it('is where samplers without a host go, whatever port and protocol they have', () => {
    const own = { 'HTTPSampler.port': '99', 'HTTPSampler.protocol': 'https' };
    expect(aim([sampler(), sampler({ 'HTTPSampler.domain': '' }), sampler(own)])).toEqual(
      Array(3).fill('http|127.0.0.1|8080'),
    );
    expect(aim([element('HTTPSampler', {})], 'https://shop.example/')).toEqual(['https|shop.example|']);
  });

  it('leaves those alone that have a host, by themselves or from defaults that reach them', () => {
    expect(aim([sampler({ ...elsewhere, 'HTTPSampler.port': '99' })])).toEqual(['|other.example|99']);
    expect(aim([element('ThreadGroup', {}, [sampler()]), defaults(elsewhere)])).toEqual(['||']);
    expect(aim([sampler({}, [defaults(elsewhere)])])).toEqual(['||']);
    expect(aim([sampler({ 'HTTPSampler.domain': variable })])).toEqual([`|${variable}|`]);
  });

  it('is not kept away by defaults that do not reach them, are disabled, or have no host', () => {
    const aimed = 'http|127.0.0.1|8080';
    expect(aim([element('ThreadGroup', {}, [defaults(elsewhere)]), sampler()])).toEqual([aimed]);
    expect(aim([defaults(elsewhere, { enabled: false }), sampler()])).toEqual([aimed]);
    expect(aim([defaults({ 'HTTPSampler.port': '99' }), sampler()])).toEqual([aimed]);
    expect(aim([defaults(elsewhere, { form: 'LoginConfigGui' }), sampler()])).toEqual([aimed]);
  });

  it('does not change the plan that was given', () => {
    const plan = element('TestPlan', {}, [sampler()]);
    aimedAt(plan, new URL('http://a/'));
    expect(hostsOf(plan)).toEqual(['||']);
  });
});
