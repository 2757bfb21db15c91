import { jsonProgress } from './progress-json.ts';
import { liveProgress } from './progress-live.ts';
import { plainProgress } from './progress-plain.ts';
import type { Progress, ProgressContext } from './progress-types.ts';
import type { StyleContext } from './style.ts';

export type ProgressMode = 'live' | 'plain' | 'json';

export function progressMode(json: boolean, { isTTY, env }: StyleContext): ProgressMode {
  if (json) return 'json';
  return isTTY && env['TERM'] !== 'dumb' && !env['CI'] ? 'live' : 'plain';
}

export function makeProgress(mode: ProgressMode, context: ProgressContext): Progress {
  switch (mode) {
    case 'live':
      return liveProgress(context);
    case 'plain':
      return plainProgress(context);
    case 'json':
      return jsonProgress(context);
  }
}
