import type { Text } from '../../text/template.ts';
import type { Run } from '../user.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type again, type Branch, Controller, type Locking, type Step } from './controller.ts';

const locksOf = new WeakMap<Run, Map<string, Lock>>();

/** Held by one user at a time, who may take it more than once; those who wait get it in their order. */
class Lock {
  #owner: VirtualUser | undefined;
  #depth = 0;
  readonly #waiting: { readonly user: VirtualUser; readonly go: () => void }[] = [];

  take(user: VirtualUser): Promise<void> | undefined {
    if (this.#owner === undefined || this.#owner === user) {
      this.#owner = user;
      this.#depth += 1;
      return undefined;
    }
    return new Promise((go) => this.#waiting.push({ user, go }));
  }

  give(user: VirtualUser): void {
    if (this.#owner !== user) return;
    this.#depth -= 1;
    if (this.#depth > 0) return;
    const next = this.#waiting.shift();
    this.#owner = next?.user;
    this.#depth = next ? 1 : 0;
    next?.go();
  }
}

function lockOf(run: Run, name: string): Lock {
  const known = locksOf.get(run) ?? new Map<string, Lock>();
  locksOf.set(run, known);
  const lock = known.get(name) ?? new Lock();
  known.set(name, lock);
  return lock;
}

/** One user at a time. The lock is taken when its first sampler comes, and given back when its pass is over. */
export class CriticalSection extends Controller implements Locking, Disposable {
  readonly #name: Text;
  #lock: Lock | undefined;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, name: Text) {
    super(user, branch, parent);
    this.#name = name;
    user.slot(this, () => this);
  }

  override attempt(): Step | undefined | typeof again {
    if (this.first && this.#name.of(this.user) !== '') this.root.locking.push(this);
    return super.attempt();
  }

  lock(): Promise<void> | undefined {
    if (this.#lock) return undefined;
    this.#lock = lockOf(this.user.run, this.#name.of(this.user));
    return this.#lock.take(this.user);
  }

  override reinitialize(): void {
    this.#release();
    super.reinitialize();
  }

  #release(): void {
    const { locking } = this.root;
    if (locking.includes(this)) locking.splice(locking.indexOf(this), 1);
    this.#lock?.give(this.user);
    this.#lock = undefined;
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}
