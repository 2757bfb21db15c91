import { onMachine } from '../../render/dialect.ts';
import { fault } from '../fault.ts';

/** The daemon alone: what it started beside it (DHCP, forwards) runs on, as containers do. */
export const lxdKill = fault({
  name: 'lxd.kill',
  does: "SIGKILL for the machine's LXD; its containers run on",
  takes: ['machine'],
  effects: ({ name }) => [
    {
      ...{ kind: 'script', machine: name, values: {} },
      inject: onMachine(({ unit, pid }) => `systemctl -q is-active ${unit} && kill -KILL "$(${pid})"`),
      heal: onMachine(({ unit }) => `systemctl start ${unit}`),
    },
  ],
});
