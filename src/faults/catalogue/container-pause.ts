import { containerFunctions, containerValues, fault } from '../fault.ts';

/** Source: the kernel's admin-guide/cgroup-v2, "cgroup.freeze". */
export const containerPause = fault({
  name: 'container.pause',
  does: 'freezes all that runs in the container',
  takes: ['instance', 'balancer'],
  effects: (target) => [
    {
      ...{ kind: 'script', machine: target.machine, values: containerValues(target) },
      inject: `${containerFunctions}group=$(payload); echo 1 > "$group/cgroup.freeze"`,
      heal: `${containerFunctions}runs || exit 0; group=$(payload); echo 0 > "$group/cgroup.freeze"`,
    },
  ],
});
