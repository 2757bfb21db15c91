import { expect, it } from 'vitest';
import { cureIn } from '../../src/apply/cures.ts';

it.each([
  ['relevo-api.service: Main process exited, code=exited, status=203/EXEC', 'does a package bring it'],
  ['relevo-api.service: Failed at step CHDIR spawning node: No such file or directory', '`working_dir`'],
  ['Error: listen EADDRINUSE: address already in use :::80', 'something else in the instance listens'],
  ["Error: Cannot find module 'express'", 'a library is missing'],
])('%s has a likely cure', (line, cure) => {
  expect(cureIn(`Started.\n${line}\n`)).toContain(cure);
});

it('is not made up where nobody knows one', () => {
  expect(cureIn('Started.\nlistening on 80\n')).toBeUndefined();
});
