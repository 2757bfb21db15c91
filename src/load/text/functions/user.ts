import { hostname, networkInterfaces } from 'node:os';
import type { Run, User } from '../../engine/user.ts';
import { integerOf, store, type TextFunction, unevaluable } from '../function.ts';
import type { Text } from '../template.ts';

/** Where the user stands: its number, its group, its sampler, this machine; counters and sums. */
export const ofUser: readonly TextFunction[] = [
  {
    name: '__threadNum',
    title: "The user's number within its group, from 1 on",
    syntax: '__threadNum()',
    takes: [0, 0],
    compile: () => (user) => String(user.number + 1),
  },
  {
    name: '__threadGroupName',
    title: "The name of the user's group",
    syntax: '__threadGroupName()',
    takes: [0, 0],
    compile: () => (user) => user.group,
  },
  {
    name: '__samplerName',
    title: 'The name of the sampler at work',
    syntax: '__samplerName([variable])',
    takes: [0, 1],
    compile:
      ([variable]) =>
      (user) =>
        store(user, variable, user.sampler?.label.of(user) ?? ''),
  },
  {
    name: '__iterationNum',
    title: "Iterations of the user's group that have begun",
    syntax: '__iterationNum()',
    takes: [0, 0],
    plugin: true,
    compile: () => (user) => String(user.iteration),
  },
  {
    name: '__TestPlanName',
    title: "The plan's name",
    syntax: '__TestPlanName()',
    takes: [0, 0],
    compile:
      (_, { plan }) =>
      () =>
        plan,
  },
  {
    name: '__machineName',
    title: "This machine's name",
    syntax: '__machineName([variable])',
    takes: [0, 1],
    compile: ([variable]) => constantly(hostname(), variable),
  },
  {
    name: '__machineIP',
    title: "This machine's address",
    syntax: '__machineIP([variable])',
    takes: [0, 1],
    compile: ([variable]) => constantly(address(), variable),
  },
  {
    name: '__counter',
    title: 'Counts its calls from 1 on: TRUE counts for each user, FALSE for all of them',
    syntax: '__counter(TRUE|FALSE, [variable])',
    takes: [1, 2],
    compile: ([perUser, variable], { id }) => {
      const counts = {};
      return (user) => {
        const alone = perUser?.of(user).toLowerCase() === 'true';
        const count = alone ? ++user.slot(counts, zero).count : user.run.shared.next(id) + 1;
        return store(user, variable, String(count));
      };
    },
  },
  {
    name: '__intSum',
    title: 'The sum of whole numbers of 32 bits; what comes last may be a variable instead',
    syntax: '__intSum(number, number, …, [variable])',
    takes: [2, Number.POSITIVE_INFINITY],
    compile: (numbers) => (user) => sum(user, numbers, 32, '__intSum'),
  },
  {
    name: '__longSum',
    title: 'The sum of whole numbers of 64 bits; what comes last may be a variable instead',
    syntax: '__longSum(number, number, …, [variable])',
    takes: [2, Number.POSITIVE_INFINITY],
    compile: (numbers) => (user) => sum(user, numbers, 64, '__longSum'),
  },
  {
    name: '__log',
    title: 'Gives the text, and tells it to whoever runs the load',
    syntax: '__log(text, [level], [error], [comment])',
    takes: [1, 4],
    limits: 'At most 100 messages are shown.',
    compile:
      ([text, , , comment]) =>
      (user) =>
        tell(user, text?.of(user) ?? '', comment?.of(user) ?? ''),
  },
  {
    name: '__logn',
    title: 'Gives nothing, and tells the text to whoever runs the load',
    syntax: '__logn(text, [level], [error])',
    takes: [1, 3],
    limits: 'At most 100 messages are shown.',
    compile:
      ([text]) =>
      (user) => {
        tell(user, text?.of(user) ?? '', '');
        return '';
      },
  },
  {
    name: '__eval',
    title: 'Evaluates what the argument gives once more, as a text of the plan',
    syntax: '__eval(text)',
    takes: [1, 1],
    compile: ([text], place) => {
      const evaluate = evaluator(place.template);
      return (user) => evaluate(user, text?.of(user) ?? '');
    },
  },
  {
    name: '__evalVar',
    title: 'Evaluates the text that a variable holds',
    syntax: '__evalVar(variable)',
    takes: [1, 1],
    compile: ([name], place) => {
      const evaluate = evaluator(place.template);
      return (user) => evaluate(user, user.variables.get(name?.of(user) ?? '') ?? '');
    },
  },
];

const zero = () => ({ count: 0 });

function constantly(value: string, variable: Text | undefined): (user: User) => string {
  return (user) => store(user, variable, value);
}

function address(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside =
    all.find(({ family, internal }) => family === 'IPv4' && !internal) ?? all.find(({ family }) => family === 'IPv4');
  return outside?.address ?? '';
}

/** Overflows go round, as Java's do. */
function sum(user: User, numbers: readonly Text[], bits: number, who: string): string {
  const last = numbers.at(-1)?.of(user).trim() ?? '';
  const isNumber = /^[+-]?\d{1,19}$/.test(last);
  const summands = numbers.slice(0, -1).map((each) => each.of(user));
  const total = [...summands, ...(isNumber ? [last] : [])].reduce((before, each) => before + integerOf(each, who), 0n);
  const text = String(BigInt.asIntN(bits, total));
  if (!isNumber && last !== '') user.variables.set(last, text);
  return text;
}

const told = new WeakMap<Run, { count: number }>();

function tell(user: User, text: string, comment: string): string {
  const so = told.get(user.run) ?? { count: 0 };
  told.set(user.run, so);
  so.count += 1;
  if (so.count < 100) user.run.note(`${user.name}${comment === '' ? ' :' : ` ${comment}`} ${text.slice(0, 1000)}`);
  if (so.count === 100) user.run.note('The plan logs more than is told here.');
  return text;
}

/** Evaluations inside of one another: a variable that evaluates itself has no end. */
let depth = 0;

/** Few texts come again and again: they are compiled once. */
function evaluator(template: (text: string) => Text): (user: User, text: string) => string {
  const known = new Map<string, Text>();
  return (user, text) => {
    let compiled = known.get(text);
    if (compiled === undefined) {
      compiled = template(text);
      if (known.size >= 200) known.clear();
      known.set(text, compiled);
    }
    if (depth >= 20) throw unevaluable('A text evaluates itself again and again.');
    depth += 1;
    try {
      return compiled.of(user);
    } finally {
      depth -= 1;
    }
  };
}
