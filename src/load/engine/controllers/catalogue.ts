import { type Element, textOf } from '../../jmx/element.ts';
import { toBoolean, toInt } from '../numbers.ts';
import { If, OnceOnly, RandomOrder, Switch } from './choices.ts';
import { Controller, type MakeController } from './controller.ts';
import { CriticalSection } from './critical.ts';
import { ForEach } from './foreach.ts';
import { Interleave, RandomChoice } from './interleave.ts';
import type { ControllerKind, ControllerScope } from './kind.ts';
import { Loop } from './loop.ts';
import { Runtime } from './runtime.ts';
import { Throughput } from './throughput.ts';
import { ParentTransaction, Transaction } from './transaction.ts';
import { While } from './while.ts';

type Make = ControllerKind['make'];

function kind(title: string, make: Make, limits: readonly string[] = []): ControllerKind {
  return { role: 'controller', title, make, ...(limits.length > 0 && { limits }) };
}

const simple: Make = () => (user, branch, parent) => new Controller(user, branch, parent);

function is(element: Element, property: string, otherwise = 'false'): boolean {
  return toBoolean(textOf(element, property, otherwise));
}

const loop: Make = (element, scope) => {
  const loops = scope.text(element, 'LoopController.loops');
  const repeats = is(element, 'LoopController.continue_forever', 'true');
  return (user, branch, parent) => new Loop(user, branch, parent, { loops, repeats });
};

const onlyIf: Make = (element, scope) => {
  const language = is(element, 'IfController.useExpression') ? 'expression' : 'javascript';
  const holds = scope.condition(element, 'IfController.condition', language);
  const everyChild = is(element, 'IfController.evaluateAll');
  return (user, branch, parent) => new If(user, branch, parent, { holds, everyChild });
};

const whileIt: Make = (element, scope) => {
  const condition = scope.text(element, 'WhileController.condition');
  return (user, branch, parent) => new While(user, branch, parent, condition);
};

const forEach: Make = (element, scope) => {
  const settings = {
    from: scope.text(element, 'ForeachController.inputVal'),
    into: scope.text(element, 'ForeachController.returnVal'),
    separator: is(element, 'ForeachController.useSeparator', 'true') ? '_' : '',
    start: scope.text(element, 'ForeachController.startIndex', '0'),
    end: element.properties.has('ForeachController.endIndex')
      ? scope.text(element, 'ForeachController.endIndex')
      : undefined,
  };
  return (user, branch, parent) => new ForEach(user, branch, parent, settings);
};

const choose: Make = (element, scope) => {
  const value = scope.text(element, 'SwitchController.value');
  return (user, branch, parent) => new Switch(user, branch, parent, value);
};

function interleaved(Kind: typeof Interleave): Make {
  return (element) => {
    const oneOfEach = toInt(textOf(element, 'InterleaveControl.style')) === 0;
    const acrossUsers = is(element, 'InterleaveControl.accrossThreads');
    return (user, branch, parent) => new Kind(user, branch, parent, { oneOfEach, acrossUsers });
  };
}

const throughput: Make = (element, scope) => {
  const by = toInt(textOf(element, 'ThroughputController.style', '0')) === 0 ? 'number' : 'percent';
  const [name, otherwise] =
    by === 'number' ? ['ThroughputController.maxThroughput', '1'] : ['ThroughputController.percentThroughput', '100'];
  const amount = scope.text(element, name as string, otherwise);
  const shared = is(element, 'ThroughputController.perThread', 'true') ? undefined : `iterations ${scope.id}`;
  return (user, branch, parent) => new Throughput(user, branch, parent, { by, amount, shared });
};

const runtime: Make = (element, scope) => {
  const seconds = scope.text(element, 'RunTime.seconds');
  return (user, branch, parent) => new Runtime(user, branch, parent, seconds);
};

function transaction(element: Element, scope: ControllerScope): MakeController {
  const settings = { includeTimers: is(element, 'TransactionController.includeTimers', 'true'), checks: scope.checks };
  const Kind = hasParentSample(element) ? ParentTransaction : Transaction;
  return (user, branch, parent) => new Kind(user, branch, parent, settings);
}

/** Its samples are children of its own. */
export function hasParentSample(element: Element): boolean {
  return element.kind === 'TransactionController' && is(element, 'TransactionController.parent');
}

const critical: Make = (element, scope) => {
  const name = scope.text(element, 'CriticalSectionController.lockName');
  return (user, branch, parent) => new CriticalSection(user, branch, parent, name);
};

export const controllers: Readonly<Record<string, ControllerKind>> = {
  GenericController: kind('Simple Controller', simple),
  RecordingController: kind('Recording Controller', simple),
  LoopController: kind('Loop Controller', loop),
  OnceOnlyController: kind('Once Only Controller', () => (user, branch, parent) => new OnceOnly(user, branch, parent)),
  IfController: {
    ...kind('If Controller', onlyIf),
    refuses: ['Conditions in JavaScript that are more than an expression.'],
  },
  WhileController: kind('While Controller', whileIt),
  ForeachController: kind('ForEach Controller', forEach),
  SwitchController: kind('Switch Controller', choose),
  InterleaveControl: kind('Interleave Controller', interleaved(Interleave)),
  RandomController: kind('Random Controller', interleaved(RandomChoice)),
  RandomOrderController: kind('Random Order Controller', () => (user, branch, parent) => {
    return new RandomOrder(user, branch, parent);
  }),
  ThroughputController: kind('Throughput Controller', throughput, ['Several generators share its number among them.']),
  RunTime: kind('Runtime Controller', runtime),
  TransactionController: kind('Transaction Controller', transaction),
  CriticalSectionController: kind('Critical Section Controller', critical, [
    'The lock is taken right before its first sampler, after conditions inside it were evaluated; with several generators, each has a lock of its own.',
  ]),
  ModuleController: kind('Module Controller', simple),
  IncludeController: kind('Include Controller', simple),
  TestFragmentController: kind('Test Fragment', simple),
};
