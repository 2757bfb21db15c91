import type { Support } from '../support.ts';
import { preciseThroughputTimer } from './precise.ts';
import { constantTimer, gaussianTimer, poissonTimer, uniformTimer } from './simple.ts';
import { synchronizingTimer } from './sync.ts';
import { constantThroughputTimer } from './throughput.ts';

export const timers: Readonly<Record<string, Support>> = {
  ConstantTimer: constantTimer,
  UniformRandomTimer: uniformTimer,
  GaussianRandomTimer: gaussianTimer,
  PoissonRandomTimer: poissonTimer,
  ConstantThroughputTimer: constantThroughputTimer,
  PreciseThroughputTimer: preciseThroughputTimer,
  SyncTimer: synchronizingTimer,
};
