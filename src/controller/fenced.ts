import { RelevoError } from '../domain/failure.ts';
import type { Lxd, LxdInstances } from '../ports/lxd.ts';

type Changing = 'create' | 'update' | 'patchConfig' | 'start' | 'stop' | 'restart' | 'delete' | 'pushFile' | 'exec';

/** The same client, but nothing is changed, and no command begun, once `mayAct` says no: somebody else may lead by then. */
export function fenced(lxd: Lxd, mayAct: () => boolean): Lxd {
  const { instances } = lxd;
  const guarded =
    <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (!mayAct()) throw new RelevoError({ code: 'interrupted', message: 'the lease is lost' });
      return call(...given);
    };
  const changing: Pick<LxdInstances, Changing> = {
    create: guarded(instances.create),
    update: guarded(instances.update),
    patchConfig: guarded(instances.patchConfig),
    start: guarded(instances.start),
    stop: guarded(instances.stop),
    restart: guarded(instances.restart),
    delete: guarded(instances.delete),
    pushFile: guarded(instances.pushFile),
    exec: guarded(instances.exec),
  };
  return { ...lxd, instances: { ...instances, ...changing } };
}
