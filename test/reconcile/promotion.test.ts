import { describe, expect, it } from 'vitest';
import { downFor, promotions, serverLines, upFor, Watch, withRoles } from '../../src/reconcile/promotion.ts';
import { setupOf } from '../render/samples.ts';

const servers = [
  { name: 'web-1', address: '198.19.0.11:80' },
  { name: 'web-2', address: '198.18.0.12:20002' },
  { name: 'web-3', address: '198.18.0.13:20003', role: 'backup' as const },
];
const { text } = setupOf({ servers, service: { maxconn: 20 } });
const allUp = { 'web-1': 'UP', 'web-2': 'UP', 'web-3': 'UP' };

/** What is changed when the states have lasted so long. */
function changeAfter(config: string, states: Record<string, string>, milliseconds: number) {
  const watch = new Watch();
  watch.see(states, 0);
  return promotions(serverLines(config), states, watch, milliseconds);
}

describe('promotion', () => {
  it('reads the roles of the file', () => {
    expect(serverLines(text).map(({ backend, name, role }) => [backend, name, role])).toEqual([
      ['web', 'web-1', 'primary'],
      ['web', 'web-2', 'primary'],
      ['web', 'web-3', 'backup'],
    ]);
  });

  it('puts a backup in the place of a primary that stays DOWN, and writes only that', () => {
    const states = { ...allUp, 'web-1': 'DOWN' };
    expect(changeAfter(text, states, downFor - 1).promote).toEqual([]);
    const change = changeAfter(text, states, downFor);
    expect(change).toEqual({ promote: ['web-3'], demote: [] });
    const promoted = withRoles(text, change);
    expect(serverLines(promoted).at(-1)?.role).toBe('promoted');
    expect(promoted).toContain('  server web-3 198.18.0.13:20003 maxconn 20 # promoted\n');
    expect(changeAfter(promoted, states, 60_000)).toEqual({ promote: [], demote: [] });
    expect(withRoles(promoted, { promote: [], demote: ['web-3'] })).toBe(text);
  });

  it('lets it step back when the primaries have been UP for a while', () => {
    const promoted = withRoles(text, { promote: ['web-3'], demote: [] });
    expect(changeAfter(promoted, allUp, upFor - 1).demote).toEqual([]);
    expect(changeAfter(promoted, allUp, upFor).demote).toEqual(['web-3']);
  });

  it('respects what is somebody’s will, and promotes nobody who is DOWN himself', () => {
    expect(changeAfter(text, { ...allUp, 'web-1': 'MAINT' }, 60_000).promote).toEqual([]);
    expect(changeAfter(text, { 'web-1': 'DOWN', 'web-2': 'DOWN', 'web-3': 'DOWN' }, 60_000).promote).toEqual([]);
  });
});
