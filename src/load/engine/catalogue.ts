import { assertions } from '../assert/catalogue.ts';
import { extractors } from '../extract/catalogue.ts';
import { httpElements } from '../http/catalogue.ts';
import type { Element } from '../jmx/element.ts';
import { config } from './config/catalogue.ts';
import { controllers } from './controllers/catalogue.ts';
import { groups } from './groups/catalogue.ts';
import { samplers } from './samplers/catalogue.ts';
import { skipped } from './skipped/catalogue.ts';
import type { Support } from './support.ts';
import { timers } from './timers/catalogue.ts';

/** The root of a plan. */
const testPlan: Readonly<Record<string, Support>> = { TestPlan: { role: 'controller', title: 'Test Plan' } };

/** All that this engine knows, by the key of an element: what is supported, and what is skipped without loss. */
export const catalogue: Readonly<Record<string, Support>> = {
  ...testPlan,
  ...groups,
  ...controllers,
  ...samplers,
  ...timers,
  ...config,
  ...httpElements,
  ...extractors,
  ...assertions,
  ...skipped,
};

/** Its kind; of a ConfigTestElement its form, since it may be the defaults of anything. */
export function keyOf({ kind, form }: Element): string {
  return kind === 'ConfigTestElement' ? form : kind;
}

export function supportOf(element: Element): Support | undefined {
  const key = keyOf(element);
  return Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
}
