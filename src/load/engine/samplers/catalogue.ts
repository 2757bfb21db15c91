import type { Support } from '../support.ts';
import { debugSampler } from './debug.ts';
import { flowControlAction } from './flow-control.ts';
import { resultAction } from './result-action.ts';

export const samplers: Readonly<Record<string, Support>> = {
  TestAction: flowControlAction,
  DebugSampler: debugSampler,
  ResultAction: resultAction,
};
