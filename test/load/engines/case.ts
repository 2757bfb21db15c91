import type { Element } from '../../../src/load/jmx/element.ts';

/** One thing that both engines shall do alike. */
export interface Case {
  /** Begins the names of its groups, and the paths of its requests: `/NAME/ok`. */
  readonly name: string;
  readonly groups: readonly Element[];
  /** It makes no sample, and that is the point. */
  readonly silent?: true;
  /** Which of several requests comes when is left to chance. */
  readonly anyOrder?: true;
  /** The embedded engine says beforehand that it can't honour it. */
  readonly refused?: true;
  /** Only how many samples each label has, within so many. */
  readonly about?: number;
}

/** The groups get the case's name; paths are below it. */
export function same(
  name: string,
  build: (at: (path: string) => string) => Element | readonly Element[],
  more: Partial<Case> = {},
): Case {
  const built = build((path) => `/${name}${path}`);
  const groups = 'kind' in built ? [built] : built;
  return { name, groups: groups.map((group) => ({ ...group, name: `${name} ${group.name}` })), ...more };
}
