import { RelevoError } from '../domain/failure.ts';
import type { Target, TargetKind } from './target.ts';

/** One thing that can be broken on purpose. How to add one: docs/faults.md. */
export interface Fault {
  /** `container.stop`. */
  readonly name: string;
  /** In a few words, for people. */
  readonly does: string;
  readonly takes: readonly TargetKind[];
  /** What must be done for it, and where. Throws where the target is none that it takes. */
  effects(target: Target): readonly Effect[];
}

export type Effect =
  | {
      readonly kind: 'script';
      /** The machine that runs both, as root, in a directory of the fault's own. */
      readonly machine: string;
      /** For `sh -eu`. */
      readonly inject: string;
      /** For `sh -eu`. It must be right to run it twice, or where the target is gone or was recreated meanwhile. */
      readonly heal: string;
      /** Variables of both scripts. They have `id` and `seconds` of the fault as well. */
      readonly values: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'power-cut'; readonly machine: string };

interface Definition<K extends TargetKind> extends Omit<Fault, 'takes' | 'effects'> {
  readonly takes: readonly K[];
  effects(target: Extract<Target, { kind: K }>): readonly Effect[];
}

/** A fault whose effects need only think of the targets that it takes. */
export function fault<K extends TargetKind>({ name, does, takes, effects }: Definition<K>): Fault {
  const takesIt = (target: Target): target is Extract<Target, { kind: K }> =>
    (takes as readonly TargetKind[]).includes(target.kind);
  return {
    ...{ name, does, takes },
    effects(target) {
      if (takesIt(target)) return effects(target);
      const words = takes.map((kind) => targetWords[kind]).join(' or ');
      throw new RelevoError({
        code: 'usage',
        message: `${name} does not take ${target.text}`,
        hint: `it takes ${words}`,
      });
    },
  };
}

/** How targets are written. */
export const targetWords: Readonly<Record<TargetKind, string>> = {
  instance: 'SERVICE/N',
  balancer: 'balancer/N',
  machine: 'MACHINE',
  cut: 'TARGET:TARGET',
};

/** Scripts that find their container by the variables of `containerValues`. */
export const containerFunctions = String.raw`
# The process with which the container began, as the machine sees it.
init() {
  monitor=$(grep -slzxE "\[lxc monitor\] [^ ]+ $container" /proc/[0-9]*/cmdline | head -n 1)
  monitor=$(basename "$(dirname "$monitor")")
  pid=
  [ ! -e "/proc/$monitor/task/$monitor/children" ] || read -r pid _ < "/proc/$monitor/task/$monitor/children" || :
  [ -n "$pid" ] || { echo "$name does not run" >&2; return 1; }
  echo "$pid"
}
runs() { init > /dev/null 2>&1; }
# The control group of all that runs inside.
payload() {
  pid=$(init) || return 1
  group=$(sed -n 's/^0::\(\/lxc[^/]*\).*/\1/p' "/proc/$pid/cgroup")
  [ -n "$group" ] || { echo "$name has no control group" >&2; return 1; }
  echo "/sys/fs/cgroup$group"
}
# A program of the container's own, inside of it.
inside() { pid=$(init) || return 1; nsenter --target "$pid" --user --mount --uts --ipc --net --pid --cgroup -- "$@"; }
# A program of the machine on the container's network.
online() { pid=$(init) || return 1; nsenter --target "$pid" --net -- "$@"; }
`;

/** What containers are told by. `container`: their name on the machine, beside other projects'. */
export function containerValues({ name, project }: { readonly name: string; readonly project: string }) {
  return { name, project, container: `${project}_${name}` };
}
