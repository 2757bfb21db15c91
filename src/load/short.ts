import { type Placeholder, partsOf } from '../domain/placeholder.ts';
import type { LoadSpec, RequestSpec } from '../domain/spec.ts';
import type { Bean, Element, Item, Property } from './jmx/element.ts';
import { names } from './jmx/special.ts';

export type ShortPlan = Exclude<LoadSpec, { readonly model: 'plan' }>;

/** Seconds in which requests of an open model that have begun may end; JMeter interrupts what is in flight at its end. */
const grace = 5;
/** Milliseconds: without them, JMeter would wait for ever. */
const timeouts = { connect: '10000', response: '60000' };

/**
 * What the file says in short, as a plan of JMeter's. With `target` requests without a host go there, unless JMeter is told
 * otherwise (`-Jtarget.host=…`); without it they have none, and whoever runs the plan aims them.
 */
export function planOf(load: ShortPlan, target?: URL): Element {
  const plan = part('TestPlan', 'TestPlanGui', load.name, {
    'TestPlan.functional_mode': 'false',
    'TestPlan.tearDown_on_shutdown': 'true',
    'TestPlan.serialize_threadgroups': 'false',
    'TestPlan.user_defined_variables': argumentsBean('ArgumentsPanel', []),
  });
  return placed({ ...plan, children: [defaults(target), group(load)] }, '');
}

type Part = Omit<Element, 'path' | 'line' | 'children'> & { readonly children: readonly Part[] };

function part(
  kind: string,
  form: string,
  name: string,
  properties: Readonly<Record<string, Property>>,
  children: readonly Part[] = [],
): Part {
  return { kind, form, name, enabled: true, properties: new Map(Object.entries(properties)), children };
}

function placed({ children, ...element }: Part, above: string): Element {
  const path = (above === '' ? '' : `${above} > `) + element.name;
  return { ...element, path, line: 0, children: children.map((child) => placed(child, path)) };
}

function defaults(target: URL | undefined): Part {
  return part('ConfigTestElement', 'HttpDefaultsGui', 'HTTP Request Defaults', {
    ...(target !== undefined && {
      'HTTPSampler.domain': property('target.host', target.hostname),
      'HTTPSampler.port': property('target.port', portOf(target)),
      'HTTPSampler.protocol': property('target.scheme', target.protocol.replace(':', '')),
    }),
    'HTTPSampler.connect_timeout': timeouts.connect,
    'HTTPSampler.response_timeout': timeouts.response,
    'HTTPsampler.Arguments': argumentsBean('HTTPArgumentsPanel', []),
  });
}

function property(name: string, otherwise: string): string {
  return `\${__P(${name},${otherwise})}`;
}

function portOf({ port, protocol }: URL): string {
  if (port !== '') return port;
  return protocol === 'https:' ? '443' : '80';
}

function group(load: ShortPlan): Part {
  const requests = load.requests.map((request, index) =>
    sampler(request, index === 0 && load.model === 'closed' && load.pace > 0 ? [pacing(load.pace)] : []),
  );
  if (load.model === 'open') return arrivals(load, requests);
  const users = {
    'ThreadGroup.num_threads': String(load.users),
    'ThreadGroup.ramp_time': String(load.rampUp),
    'ThreadGroup.duration': String(load.duration),
    'ThreadGroup.scheduler': 'true',
    'ThreadGroup.same_user_on_next_iteration': 'true',
    'ThreadGroup.on_sample_error': 'continue',
    'ThreadGroup.main_controller': bean('LoopController', {
      ...{ [names.form]: 'LoopControlPanel', [names.kind]: 'LoopController', [names.name]: 'Loop Controller' },
      'LoopController.loops': '-1',
      'LoopController.continue_forever': 'false',
    }),
  };
  return part('ThreadGroup', 'ThreadGroupGui', 'Users', users, requests);
}

/**
 * Even arrivals, not random ones: the same number begins in each second of each run, so that two runs differ by what the site did.
 * Who wants the bursts of chance has `random_arrivals` in a plan of their own.
 */
function arrivals(
  { rate, duration }: { readonly rate: number; readonly duration: number },
  requests: readonly Part[],
): Part {
  const schedule = `rate(${rate}/sec) even_arrivals(${duration} sec) pause(${grace} sec)`;
  const properties = {
    'ThreadGroup.on_sample_error': 'continue',
    'ThreadGroup.main_controller': bean('OpenModelThreadGroupController', {}),
    'OpenModelThreadGroup.schedule': schedule,
  };
  return part('OpenModelThreadGroup', 'OpenModelThreadGroupGui', 'Arrivals', properties, requests);
}

/** It waits before the first request of a round only, until so much time has passed since the last round began; who is late begins at once. */
function pacing(seconds: number): Part {
  return part('ConstantThroughputTimer', 'TestBeanGUI', `Pace ${seconds} s`, {
    calcMode: '0',
    throughput: double(60 / seconds),
  });
}

/** As Java writes it. */
function double(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function sampler(request: RequestSpec, timers: readonly Part[]): Part {
  const { name, method, path, body, expect } = request;
  const redirects = expect.status === undefined || expect.status < 300 || expect.status > 399;
  const properties = {
    'HTTPSampler.path': filled(path),
    'HTTPSampler.follow_redirects': String(redirects),
    'HTTPSampler.method': method,
    'HTTPSampler.use_keepalive': 'true',
    'HTTPSampler.postBodyRaw': String(body !== undefined),
    'HTTPsampler.Arguments': body === undefined ? argumentsBean('HTTPArgumentsPanel', []) : rawBody(body),
  };
  const children = [...headers(request), ...assertions(request), ...timers];
  return part('HTTPSamplerProxy', 'HttpTestSampleGui', name, properties, children);
}

function rawBody(body: string): Bean {
  const argument = bean('HTTPArgument', {
    'HTTPArgument.always_encode': 'false',
    'Argument.value': filled(body),
    'Argument.metadata': '=',
  });
  return bean('Arguments', { 'Arguments.arguments': [{ name: '', value: argument }] });
}

function headers({ headers: given }: RequestSpec): Part[] {
  const items = Object.entries(given).map(([name, value]): Item => {
    return { name, value: bean('Header', { 'Header.name': name, 'Header.value': filled(value) }) };
  });
  if (items.length === 0) return [];
  return [part('HeaderManager', 'HeaderPanel', 'HTTP Header Manager', { 'HeaderManager.headers': items })];
}

/** A status that is expected is a success, whatever JMeter makes of it by itself: a 404, too. */
function assertions({ expect: { status, body } }: RequestSpec): Part[] {
  return [
    ...(status === undefined ? [] : [assertion(`Status ${status}`, 'response_code', String(status), equals, true)]),
    ...(body === undefined ? [] : [assertion('Body', 'response_data', body, substring, false)]),
  ];
}

const [equals, substring] = ['8', '16'];

function assertion(name: string, field: string, text: string, type: string, assumeSuccess: boolean): Part {
  return part('ResponseAssertion', 'AssertionGui', name, {
    'Asserion.test_strings': [{ name: hashCode(text), value: text }], // JMeter's own spelling
    'Assertion.custom_message': '',
    'Assertion.test_field': `Assertion.${field}`,
    'Assertion.assume_success': String(assumeSuccess),
    'Assertion.test_type': type,
  });
}

function bean(kind: string, properties: Readonly<Record<string, Property>>): Bean {
  return { kind, properties: new Map(Object.entries(properties)) };
}

function argumentsBean(form: string, items: readonly Item[]): Bean {
  return bean('Arguments', {
    ...{ [names.form]: form, [names.kind]: 'Arguments', [names.name]: 'User Defined Variables' },
    'Arguments.arguments': items,
  });
}

/** Placeholders become JMeter's functions. Where there is one in a text, JMeter takes each backslash before `\`, `$` and `,` away. */
function filled(text: string): string {
  const parts = partsOf(text);
  const plain = parts.every((each) => typeof each === 'string');
  return parts
    .map((each) => {
      if (typeof each !== 'string') return each.is === 'unknown' ? each.token : functionOf(each);
      return plain ? each : each.replaceAll('\\', '\\\\');
    })
    .join('');
}

function functionOf(placeholder: Placeholder): string {
  switch (placeholder.is) {
    case 'uuid':
      return '${__UUID}';
    case 'user':
      return '${__threadNum}';
    case 'count':
      return '${__counter(FALSE)}';
    case 'now':
      return '${__time}';
    case 'random':
      return `\${__Random(${placeholder.from},${placeholder.to})}`;
    case 'text':
      return `\${__RandomString(${placeholder.length},abcdefghijklmnopqrstuvwxyz0123456789)}`;
  }
}

/** Java's: what JMeter calls the texts of an assertion by. */
function hashCode(text: string): string {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return String(hash);
}
