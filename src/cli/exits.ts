import { exitCodes, type FailureCode } from '../domain/failure.ts';

/** What each failure means, in words: the help of every command and docs/exit-codes.md say the same. */
export const failureMeanings: Readonly<Record<FailureCode, string>> = {
  failed: 'an error without a code of its own',
  'invalid-file': 'the file, or one that it names, is missing something or wrong',
  'host-lacks': 'this host lacks something, or is not what the machines need; `relevo doctor` tells more',
  busy: 'another command works on the same project',
  'build-failed': 'a build step of an image failed',
  unhealthy: 'a service or a server did not become healthy',
  unreachable: 'LXD or a machine did not answer in time',
  refused: 'not confirmed, or not allowed as things stand',
  'not-found': 'the file, the instance or the project is not there',
  conflict: 'something that is not ours is in the way, such as the port',
  unsupported: 'a load plan has parts that can’t be honoured',
  usage: 'the command line makes no sense',
  interrupted: 'interrupted by Ctrl-C',
};

/** Codes that are no failure of Relevo's own. */
export const otherExits: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [2, '`plan` found something to do'],
  [13, '`load`: what was expected is not so'],
  [14, '`load`: there is nothing to judge by, such as too few samples'],
  [129, 'ended by SIGHUP: the terminal is gone'],
  [141, 'nobody reads the output any more (`relevo status | head -1`)'],
  [143, 'ended by SIGTERM'],
];

/** How `load` ends. */
export const verdictExits = { pass: 0, fail: 13, void: 14 } as const;

/** How a command ends when a signal ends it. */
export const signalExits = { SIGINT: exitCodes.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;
export const brokenPipeExit = 141;
