import { describe, expect, test } from 'vitest';
import type { RequestSpec } from '../../src/domain/spec.ts';
import { beanOf, type Element, itemsOf, textOf } from '../../src/load/jmx/element.ts';
import { readPlan } from '../../src/load/jmx/read.ts';
import { writePlan } from '../../src/load/jmx/write.ts';
import { planOf, type ShortPlan } from '../../src/load/short.ts';
import { withoutLines } from './jmx/trees.ts';

const home: RequestSpec = { name: 'GET /', method: 'GET', path: '/', headers: {}, expect: {} };

function closed(requests: readonly RequestSpec[], pace = 0): ShortPlan {
  return { name: 'stress', model: 'closed', expect: [], users: 20, rampUp: 5, pace, duration: 60, requests };
}

function open(rate: number): ShortPlan {
  return { name: 'steady', model: 'open', expect: [], rate, duration: 30, requests: [home] };
}

function only(elements: readonly Element[], kind: string): Element {
  const found = elements.filter((each) => each.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} of ${kind}`);
  return found[0] as Element;
}

const samplersOf = (plan: Element) => plan.children.flatMap(({ children }) => children);
const sampled = (request: Partial<RequestSpec>) => samplersOf(planOf(closed([{ ...home, ...request }])))[0] as Element;

function bodyOf(sampler: Element): string {
  const [item] = itemsOf(beanOf(sampler, 'HTTPsampler.Arguments') as Element, 'Arguments.arguments');
  return textOf(item?.value as Element, 'Argument.value', 'none');
}

describe('planOf', () => {
  test('a closed model is a thread group with a scheduler', () => {
    const group = only(planOf(closed([home])).children, 'ThreadGroup');
    expect(Object.fromEntries(group.properties)).toMatchObject({
      'ThreadGroup.num_threads': '20',
      'ThreadGroup.ramp_time': '5',
      'ThreadGroup.duration': '60',
      'ThreadGroup.scheduler': 'true',
      'ThreadGroup.same_user_on_next_iteration': 'true',
    });
    const loop = beanOf(group, 'ThreadGroup.main_controller');
    expect([loop?.kind, loop?.properties.get('LoopController.loops')]).toEqual(['LoopController', '-1']);
  });

  test('pace is a Constant Throughput Timer of this user before the first request only', () => {
    const [first, second] = samplersOf(planOf(closed([home, { ...home, path: '/b' }], 0.5)));
    const timer = only(first?.children ?? [], 'ConstantThroughputTimer');
    expect([textOf(timer, 'calcMode'), textOf(timer, 'throughput')]).toEqual(['0', '120.0']);
    expect(second?.children).toEqual([]);
    expect(samplersOf(planOf(closed([home])))[0]?.children).toEqual([]);
  });

  test('an open model begins evenly, and leaves what has begun some time to end', () => {
    const schedule = (rate: number) =>
      textOf(only(planOf(open(rate)).children, 'OpenModelThreadGroup'), 'OpenModelThreadGroup.schedule');
    expect(schedule(200)).toBe('rate(200/sec) even_arrivals(30 sec) pause(5 sec)');
    expect(schedule(0.5)).toBe('rate(0.5/sec) even_arrivals(30 sec) pause(5 sec)');
  });

  test('requests keep connections, follow redirects, and have the names that people know them by', () => {
    const sampler = sampled({ name: 'home page', method: 'HEAD', path: '/a?b=c' });
    expect([sampler.name, sampler.kind, sampler.form]).toEqual(['home page', 'HTTPSamplerProxy', 'HttpTestSampleGui']);
    expect(Object.fromEntries(sampler.properties)).toMatchObject({
      'HTTPSampler.path': '/a?b=c',
      'HTTPSampler.method': 'HEAD',
      'HTTPSampler.use_keepalive': 'true',
      'HTTPSampler.follow_redirects': 'true',
      'HTTPSampler.postBodyRaw': 'false',
    });
  });

  test('placeholders are JMeter’s functions', () => {
    const path = '/{{uuid}}/{{ random -3 6 }}/{{text 8}}/{{user}}/{{count}}/{{now}}';
    expect(textOf(sampled({ path }), 'HTTPSampler.path')).toBe(
      '/${__UUID}/${__Random(-3,6)}/${__RandomString(8,abcdefghijklmnopqrstuvwxyz0123456789)}/${__threadNum}/${__counter(FALSE)}/${__time}',
    );
  });

  test('bodies are sent raw; beside a function, JMeter takes backslashes away', () => {
    expect(bodyOf(sampled({ method: 'POST', body: '{"a":"\\\\"}' }))).toBe('{"a":"\\\\"}');
    expect(bodyOf(sampled({ method: 'POST', body: '\\{{ {{uuid}} \\"' }))).toBe('{{ ${__UUID} \\\\"');
    expect(textOf(sampled({ method: 'POST', body: '' }), 'HTTPSampler.postBodyRaw')).toBe('true');
  });

  test('headers, each with its placeholders', () => {
    const manager = only(sampled({ headers: { Accept: 'text/html', 'X-Id': '{{uuid}}' } }).children, 'HeaderManager');
    const headers = itemsOf(manager, 'HeaderManager.headers').map(({ value }) => [
      textOf(value as Element, 'Header.name'),
      textOf(value as Element, 'Header.value'),
    ]);
    expect(headers).toEqual([
      ['Accept', 'text/html'],
      ['X-Id', '${__UUID}'],
    ]);
  });

  test('a status that is expected makes a success by itself, text in the body does not', () => {
    const sampler = sampled({ expect: { status: 404, body: 'gone' } });
    const asked = sampler.children.map((each) => [
      textOf(each, 'Assertion.test_field'),
      textOf(each, 'Assertion.test_type'),
      textOf(each, 'Assertion.assume_success'),
      itemsOf(each, 'Asserion.test_strings'),
    ]);
    expect(asked).toEqual([
      ['Assertion.response_code', '8', 'true', [{ name: '51512', value: '404' }]],
      ['Assertion.response_data', '16', 'false', [{ name: '3178655', value: 'gone' }]],
    ]);
  });

  test('a redirect that is expected is not followed', () => {
    const follows = (status: number) => textOf(sampled({ expect: { status } }), 'HTTPSampler.follow_redirects');
    expect([299, 300, 302, 399, 400].map(follows)).toEqual(['true', 'false', 'false', 'false', 'true']);
  });

  test('the target is a default that `-J` changes, with the port of its scheme', () => {
    const defaults = (url: string) => {
      const element = only(planOf(open(1), new URL(url)).children, 'ConfigTestElement');
      return ['protocol', 'domain', 'port'].map((name) => textOf(element, `HTTPSampler.${name}`));
    };
    expect(defaults('http://localhost:1080')).toEqual([
      '${__P(target.scheme,http)}',
      '${__P(target.host,localhost)}',
      '${__P(target.port,1080)}',
    ]);
    expect(defaults('https://example.org/')[2]).toBe('${__P(target.port,443)}');
    const none = only(planOf(open(1)).children, 'ConfigTestElement');
    expect(none.properties.has('HTTPSampler.domain')).toBe(false);
    expect(textOf(none, 'HTTPSampler.response_timeout')).toBe('60000');
  });

  test('what is written is read as the same', () => {
    for (const plan of [closed([home], 0.5), open(200)]) {
      const tree = planOf(plan, new URL('http://a:1'));
      expect(withoutLines(readPlan(writePlan(tree), 'x'))).toEqual(withoutLines(tree));
    }
  });
});
