import { setTimeout as sleep } from 'node:timers/promises';
import { localHaproxy } from '../../src/adapters/haproxy/local.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import { noticeText } from '../../src/cli/print/words.ts';
import type { Notice } from '../../src/domain/event.ts';
import { Promoter } from '../../src/reconcile/promoter.ts';
import type { Haproxy } from './haproxy.ts';

export interface RunningPromoter extends AsyncDisposable {
  /** What it did and why, in words. */
  readonly told: readonly string[];
}

/** What a controller does beside a HAProxy, as often as it does. */
export function startPromoter({ socket }: Haproxy): RunningPromoter {
  const told: string[] = [];
  const system = nodeSystem();
  const tell = (notice: Notice) => told.push(`${notice.what}: ${noticeText(notice)}`);
  const promoter = new Promoter({ haproxy: localHaproxy(system, socket), clock: system, tell });
  let over = false;
  const running = (async () => {
    while (!over) {
      await promoter.turn();
      await sleep(100);
    }
  })();
  return {
    told,
    async [Symbol.asyncDispose]() {
      over = true;
      await running;
    },
  };
}
