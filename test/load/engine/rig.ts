import { assemble, mostGroups } from '../../../src/load/engine/assemble.ts';
import { catalogue } from '../../../src/load/engine/catalogue.ts';
import { conduct } from '../../../src/load/engine/conduct.ts';
import { Counts } from '../../../src/load/engine/counts.ts';
import { newSample } from '../../../src/load/engine/leaf.ts';
import { LocalShared } from '../../../src/load/engine/shared.ts';
import type { Scope, Support } from '../../../src/load/engine/support.ts';
import type { Shared, User } from '../../../src/load/engine/user.ts';
import type { Bean, Element, Item, Property } from '../../../src/load/jmx/element.ts';
import type { Sample } from '../../../src/load/sample.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Part extends Omit<Element, 'path' | 'line' | 'children'> {
  readonly children: readonly Part[];
}

/** An element; its name is its kind where none is given as the property `name`. */
export function el(kind: string, properties: Record<string, Property> = {}, ...children: Part[]): Part {
  const { name = kind, form = '', ...rest } = properties as Record<string, string>;
  return { kind, form, name, enabled: true, properties: new Map(Object.entries(rest)), children };
}

export function disabled(part: Part): Part {
  return { ...part, enabled: false };
}

export function placed(part: Part, above = ''): Element {
  const path = above === '' ? part.name : `${above} > ${part.name}`;
  return { ...part, path, line: 1, children: part.children.map((child) => placed(child, path)) };
}

/** A fake request: `ms` it takes, `ok` whether it holds, both texts; other properties are written into the log. */
export function request(name: string, properties: Record<string, string> = {}, ...children: Part[]): Part {
  return el('Request', { name, ...properties }, ...children);
}

export function bean(kind: string, properties: Record<string, Property>): Bean {
  return { kind, properties: new Map(Object.entries(properties)) };
}

export function list(...values: Property[]): Item[] {
  return values.map((value, index) => ({ name: `${index}`, value }));
}

export function loopBean(loops: string, forever = 'false'): Bean {
  return bean('LoopController', { 'LoopController.loops': loops, 'LoopController.continue_forever': forever });
}

/** A Thread Group: one user, one iteration, unless said otherwise. */
export function users(properties: Record<string, Property>, ...children: Part[]): Part {
  const {
    loops = '1',
    number = '1',
    rampUp = '0',
    kind = 'ThreadGroup',
    ...rest
  } = properties as Record<string, string>;
  return el(
    kind,
    {
      name: 'Users',
      'ThreadGroup.num_threads': number,
      'ThreadGroup.ramp_time': rampUp,
      'ThreadGroup.main_controller': loopBean(loops),
      ...rest,
    },
    ...children,
  );
}

export function variables(values: Record<string, string>): Part {
  const items = Object.entries(values).map(([name, value]) =>
    bean('Argument', { 'Argument.name': name, 'Argument.value': value }),
  );
  return el('Arguments', { 'Arguments.arguments': list(...items) });
}

export function plan(properties: Record<string, Property>, ...children: Part[]): Element {
  return placed(el('TestPlan', { name: 'Plan', ...properties }, ...children));
}

/** One sample as the tests look at it; times are milliseconds since the beginning. */
export interface Seen {
  readonly label: string;
  readonly at: number;
  readonly sample: Sample;
}

export interface Ran {
  readonly samples: readonly Seen[];
  readonly labels: readonly string[];
  readonly notes: readonly string[];
  readonly late: number;
  readonly dropped: number;
  /** When all had ended. */
  readonly ended: number;
  readonly clock: VirtualClock;
}

export interface RunOptions {
  readonly directory?: string;
  readonly properties?: Record<string, string>;
  readonly catalogue?: Readonly<Record<string, Support>>;
  readonly share?: { readonly index: number; readonly of: number };
  readonly worker?: { readonly index: number; readonly of: number };
  readonly shared?: Shared;
  /** Those of other workers are in it too. */
  readonly counts?: Counts;
  /** What happens at some moment, in milliseconds since the beginning. */
  readonly at?: readonly [milliseconds: number, what: 'stop' | 'stop now'];
}

/** Runs a whole plan on a virtual clock. */
export async function run(root: Element, options: RunOptions = {}): Promise<Ran> {
  const clock = new VirtualClock();
  const samples: Seen[] = [];
  const notes: string[] = [];
  const told = { late: 0, dropped: 0 };
  const plan = assemble(
    {
      plan: { name: 'plan', root, directory: options.directory ?? '/nonexistent' },
      properties: new Map(Object.entries(options.properties ?? {})),
      share: options.share ?? { index: 0, of: 1 },
      ...{ anyFile: false, askServer: false },
    },
    {
      clock,
      shared: options.shared ?? new LocalShared(),
      counts: options.counts ?? new Counts(Counts.memory(mostGroups)),
      report: {
        sample: (sample) => {
          samples.push({ label: sample.label, at: sample.start - VirtualClock.start, sample });
        },
        began: (late) => {
          if (late) told.late += 1;
        },
        dropped: () => {
          told.dropped += 1;
        },
      },
      worker: options.worker ?? { index: 0, of: 1 },
      note: (text) => notes.push(text),
      stopped: () => {},
      catalogue: { ...catalogue, ...fakes, ...options.catalogue },
    },
  );
  if (options.at) {
    const [moment, what] = options.at;
    void clock.sleep(moment).then(() => plan.stop(what === 'stop now'));
  }
  await clock.run(conduct(plan.program, plan));
  return { samples, labels: samples.map(({ label }) => label), notes, ...told, ended: clock.passed, clock };
}

/** `label@ms` of each sample, in the order of their reports. */
export function seen({ samples }: Ran): string[] {
  return samples.map(({ label, at }) => `${label}@${Math.round(at * 1000) / 1000}`);
}

const fakes: Readonly<Record<string, Support>> = {
  Request: { role: 'sampler', title: 'Request', compile: fakeRequest },
  /** Writes its name, evaluated, into the variable `log`. */
  Before: {
    role: 'before',
    title: 'Before',
    compile: (element, scope) => logging(scope.template(element.name)),
  },
  After: {
    role: 'after',
    title: 'After',
    compile: (element, scope) => logging(scope.template(element.name)),
  },
  Iterating: {
    role: 'config',
    title: 'Iterating',
    compile: (element, scope) => ({ iterate: logging(scope.template(element.name)).run }),
  },
  /** Fails the sample where its text `fails` is true. */
  Check: {
    role: 'assertion',
    title: 'Check',
    compile: (element, scope) => {
      const { run } = logging(scope.template(element.name));
      const fails = scope.text(element, 'fails', 'false');
      return {
        check: (user) => {
          run(user);
          const failure = fails.of(user) === 'true';
          return failure ? { name: element.name, failure, error: false, message: `${element.name} failed` } : undefined;
        },
      };
    },
  },
  /** Puts a value into a variable. */
  Set: {
    role: 'after',
    title: 'Set',
    compile: (element, scope) => {
      const value = scope.text(element, 'value');
      return { run: (user: User) => void user.variables.set(element.name, value.of(user)) };
    },
  },
  LoggingTimer: {
    role: 'timer',
    title: 'Logging Timer',
    compile: (element, scope) => {
      const { run } = logging(scope.template(element.name));
      return {
        delay: (user) => {
          run(user);
          return Number(element.properties.get('ms') ?? 0);
        },
      };
    },
  },
};

function logging(text: { of(user: User): string }) {
  return {
    run: (user: User) => {
      user.variables.set('log', `${user.variables.get('log') ?? ''} ${text.of(user)}`.trim());
    },
  };
}

function fakeRequest(element: Element, scope: Scope) {
  const label = scope.template(element.name);
  const ms = scope.text(element, 'ms', '0');
  const ok = scope.text(element, 'ok', 'true');
  return {
    label,
    sample: async (user: User) => {
      const { clock } = user.run;
      const sample = newSample(label.of(user), clock.now());
      const time = Number(ms.of(user));
      if (time > 0) await clock.sleep(time, user.signal);
      sample.elapsed = clock.now() - sample.start;
      sample.success = ok.of(user) === 'true' && !user.signal.aborted;
      sample.code = sample.success ? '200' : '500';
      sample.received = 10;
      sample.sent = 5;
      return sample;
    },
  };
}
