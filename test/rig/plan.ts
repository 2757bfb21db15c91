import type { Bean, Element, Item, Property } from '../../src/load/jmx/element.ts';

/** Parts of plans as short calls; properties have JMeter's own names, so that a case can be looked up in a `.jmx`. */

export type Given = Readonly<Record<string, Property>>;

export function element(
  kind: string,
  form: string,
  name: string,
  properties: Given,
  children: readonly Element[] = [],
): Element {
  return {
    kind,
    form,
    name,
    enabled: true,
    properties: new Map(Object.entries(properties)),
    children,
    path: name,
    line: 0,
  };
}

export function bean(kind: string, properties: Given): Bean {
  return { kind, properties: new Map(Object.entries(properties)) };
}

export const list = (...values: Property[]): Item[] => values.map((value) => ({ name: '', value }));

export interface Request {
  readonly method?: string;
  /** Of the query or the form; or a raw body, where it is one text. */
  readonly body?: readonly (readonly [name: string, value: string])[] | string;
  readonly more?: Given;
  readonly name?: string;
}

/** An HTTP Request as JMeter makes it: redirects are followed, connections are kept. */
export function http(
  path: string,
  { method = 'GET', body = [], more = {}, name = `${method} ${path}` }: Request = {},
  ...children: Element[]
): Element {
  const raw = typeof body === 'string';
  const fields = raw ? [['', body] as const] : body;
  const argument = ([key, value]: readonly [string, string]) =>
    bean('HTTPArgument', {
      ...{ 'HTTPArgument.always_encode': String(!raw), 'Argument.value': value, 'Argument.metadata': '=' },
      ...(raw ? {} : { 'HTTPArgument.use_equals': 'true', 'Argument.name': key }),
    });
  const properties = {
    ...(raw && { 'HTTPSampler.postBodyRaw': 'true' }),
    'HTTPsampler.Arguments': bean('Arguments', { 'Arguments.arguments': list(...fields.map(argument)) }),
    ...{ 'HTTPSampler.path': path, 'HTTPSampler.method': method, 'HTTPSampler.follow_redirects': 'true' },
    'HTTPSampler.use_keepalive': 'true',
    ...more,
  };
  return element('HTTPSamplerProxy', 'HttpTestSampleGui', name, properties, children);
}

export interface GroupOptions {
  readonly users?: number;
  /** -1: for ever. */
  readonly loops?: number;
  readonly ramp?: number;
  readonly onError?: string;
  readonly kind?: 'ThreadGroup' | 'SetupThreadGroup' | 'PostThreadGroup';
  readonly more?: Given;
}

export function group(name: string, options: GroupOptions, ...children: Element[]): Element {
  const { users = 1, loops = 1, ramp = 0, onError = 'continue', kind = 'ThreadGroup', more = {} } = options;
  const controller = bean('LoopController', {
    'LoopController.continue_forever': 'false',
    'LoopController.loops': String(loops),
  });
  const properties = {
    ...{ 'ThreadGroup.on_sample_error': onError, 'ThreadGroup.main_controller': controller },
    ...{ 'ThreadGroup.num_threads': String(users), 'ThreadGroup.ramp_time': String(ramp) },
    ...{ 'ThreadGroup.scheduler': 'false', 'ThreadGroup.same_user_on_next_iteration': 'true' },
    ...more,
  };
  return element(kind, `${kind}Gui`, name, properties, children);
}

/** Groups one after the other, so that one does not disturb the next. */
export function testPlan(groups: readonly Element[]): Element {
  const properties = {
    ...{ 'TestPlan.serialize_threadgroups': 'true', 'TestPlan.functional_mode': 'false' },
    'TestPlan.user_defined_variables': bean('Arguments', { 'Arguments.arguments': list() }),
  };
  return element('TestPlan', 'TestPlanGui', 'Test Plan', properties, groups);
}

export const controller = (kind: string, form: string, name: string, properties: Given, ...children: Element[]) =>
  element(kind, form, name, properties, children);

export const loop = (loops: number | string, ...children: Element[]) =>
  controller(
    'LoopController',
    'LoopControlPanel',
    'Loop',
    { 'LoopController.continue_forever': 'true', 'LoopController.loops': String(loops) },
    ...children,
  );

export const simple = (...children: Element[]) =>
  controller('GenericController', 'LogicControllerGui', 'Simple', {}, ...children);

export function transaction(name: string, properties: Given, ...children: Element[]): Element {
  return controller('TransactionController', 'TransactionControllerGui', name, properties, ...children);
}

export function headers(...pairs: readonly (readonly [string, string])[]): Element {
  const made = pairs.map(([name, value]) => bean('Header', { 'Header.name': name, 'Header.value': value }));
  return element('HeaderManager', 'HeaderPanel', 'Headers', { 'HeaderManager.headers': list(...made) });
}

export const defaults = (properties: Given) => element('ConfigTestElement', 'HttpDefaultsGui', 'Defaults', properties);

export function variables(...pairs: readonly (readonly [string, string])[]): Element {
  const made = pairs.map(
    ([name, value]): Item => ({
      name,
      value: bean('Argument', { 'Argument.name': name, 'Argument.value': value, 'Argument.metadata': '=' }),
    }),
  );
  return element('Arguments', 'ArgumentsPanel', 'Variables', { 'Arguments.arguments': made });
}

export const timer = (milliseconds: number | string) =>
  element('ConstantTimer', 'ConstantTimerGui', 'Pause', { 'ConstantTimer.delay': String(milliseconds) });

export function regex(variable: string, pattern: string, more: Given = {}): Element {
  return element('RegexExtractor', 'RegexExtractorGui', `Regex ${variable}`, {
    ...{ 'RegexExtractor.useHeaders': 'false', 'RegexExtractor.refname': variable, 'RegexExtractor.regex': pattern },
    ...{ 'RegexExtractor.template': '$1$', 'RegexExtractor.default': 'NONE', 'RegexExtractor.match_number': '1' },
    ...more,
  });
}

/** `test`: 1 match, 2 contains, 8 equals, 16 substring; +4 not, +32 or. */
export function assertion(test: number, strings: readonly string[], more: Given = {}): Element {
  return element('ResponseAssertion', 'AssertionGui', `Assertion ${test}`, {
    'Asserion.test_strings': strings.map((value, index) => ({ name: String(index), value })),
    ...{ 'Assertion.custom_message': '', 'Assertion.test_field': 'Assertion.response_data' },
    ...{ 'Assertion.assume_success': 'false', 'Assertion.test_type': String(test) },
    ...more,
  });
}
