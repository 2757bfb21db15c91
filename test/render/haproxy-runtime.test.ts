import { describe, expect, it } from 'vitest';
import { inOneLine, readmit, setState, setWeight } from '../../src/render/haproxy-runtime.ts';

const plan = { address: '198.19.0.11', port: 80, startPeriod: 60, check: {} as never };

describe('what HAProxy is told', () => {
  it('names a server in each backend as itself, as a twin and in the overload', () => {
    expect(setState(['web'], 'web-1', 'maint')).toEqual([
      'set server web/web-1 state maint',
      'set server web/web-1-backup state maint',
      'set server web.overload/web-1 state maint',
    ]);
  });

  it('readmits a primary where it is now, and lets its check say whether it is UP', () => {
    expect(readmit({ ...plan, backend: 'web', server: 'web-1', role: 'primary', further: [] })).toEqual([
      'set server web.overload/web-1 addr 198.19.0.11 port 80',
      'set server web.overload/web-1 state ready',
      'set server web/web-1 addr 198.19.0.11 port 80',
      'set server web/web-1 state ready',
      'set server web/web-1 health down',
    ]);
  });

  it('readmits last the one that all others follow', () => {
    const further = [{ backend: 'web.6001', port: 6001 }];
    const told = readmit({ ...plan, backend: 'web', server: 'web-2', role: 'backup', further });
    expect(told.filter((command) => command.endsWith('ready'))).toEqual([
      'set server web.6001.overload/web-2 state ready',
      'set server web.6001/web-2-backup state ready',
      'set server web.6001/web-2 state ready',
      'set server web.overload/web-2 state ready',
      'set server web/web-2-backup state ready',
      'set server web/web-2 state ready',
    ]);
    expect(told.at(-1)).toBe('set server web/web-2 health down');
  });

  it('is one line', () => {
    expect(inOneLine([setWeight('web', 'web-2', 1), setWeight('web', 'web-3', 0)])).toBe(
      'set server web/web-2 weight 1; set server web/web-3 weight 0',
    );
  });
});
