import type { Support } from '../support.ts';
import { counter } from './counter.ts';
import { csvDataSet } from './csv.ts';
import { randomVariable } from './random-variable.ts';
import { userParameters } from './user-parameters.ts';

export const config: Readonly<Record<string, Support>> = {
  // What they say is read while the plan is compiled: src/load/engine/variables.ts.
  Arguments: { role: 'config', title: 'User Defined Variables', compile: () => ({}) },
  CSVDataSet: csvDataSet,
  CounterConfig: counter,
  RandomVariableConfig: randomVariable,
  UserParameters: userParameters,
};
