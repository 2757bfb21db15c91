import type { Failure } from './failure.ts';
import type { Link } from './network.ts';
import type { StepSummary } from './step.ts';

/**
 * Everything that happens, as data: printers, the page and reports find the words. `seq` counts the events of one journal, from
 * 1 on and without a gap; `at` is the time in ISO 8601, UTC.
 */
export type Event = { readonly seq: number } & DatedEvent;

/** One that no journal has taken yet. */
export type DatedEvent = { readonly at: string } & EventBody;

export type EventBody =
  | { readonly type: 'plan'; readonly steps: readonly StepSummary[] }
  | ({ readonly type: 'step-started' } & StepHead)
  /** One line of what the step is doing or of what its program printed. */
  | { readonly type: 'step-progress'; readonly step: string; readonly line: string }
  | ({ readonly type: 'step-succeeded'; readonly seconds: number } & StepHead)
  | ({ readonly type: 'step-failed'; readonly seconds: number; readonly failure: Failure } & StepHead)
  /** What people should know before they agree to a plan. */
  | ({ readonly type: 'note' } & Note)
  /** What a controller saw, or decided. */
  | ({ readonly type: 'noticed' } & Notice)
  | {
      readonly type: 'finished';
      readonly ok: boolean;
      readonly changed: number;
      readonly seconds: number;
      readonly url?: string;
      readonly failure?: Failure;
    };

/** Which step it is, of what kind and about what. */
export interface StepHead extends Omit<StepSummary, 'id' | 'reason'> {
  readonly step: string;
  /** Where nobody was shown the plan. */
  readonly reason?: string;
}

export type Note =
  /** LXD accepts limits that nobody will enforce: it sees no such cgroup controller. */
  | {
      readonly about: 'limit-not-enforced';
      readonly service: string;
      readonly limit: 'cpu' | 'memory';
      readonly cgroup: 'cpuset' | 'memory';
    }
  /** The storage makes no clones, since these machines (none: the host) have neither btrfs nor a loop device. */
  | { readonly about: 'storage-copies'; readonly machines: readonly string[] }
  /** They have booted just now (none: all of them), and their LXD is waited for. */
  | { readonly about: 'booting'; readonly machines: readonly string[] }
  /** `days`: whole ones that are left; below zero it has expired. */
  | {
      readonly about: 'certificate-ends';
      readonly source: string;
      readonly until: string;
      readonly days: number;
    }
  | LinkNote;

/** What a trial on the machines' network showed: how balancers will be there. */
export interface LinkNote {
  readonly about: 'link';
  readonly link: Link;
}

export type Notice =
  | { readonly what: 'leads'; readonly epoch: number }
  /** `step`: the one that is overdue. */
  | { readonly what: 'follows'; readonly why: Resignation; readonly step?: string }
  /** `down`: the primaries whose places the servers take; `since` when the first of them is DOWN. */
  | ({ readonly what: 'promoted'; readonly down: readonly string[]; readonly since: string } & Servers)
  | ({ readonly what: 'demoted'; readonly why: 'primaries-up' | 'others-serve' } & Servers)
  /** They say nothing any more: connections to them were ended, so that who waits is sent elsewhere. */
  | ({ readonly what: 'cut' } & Servers)
  /** `since`: its last answer. */
  | { readonly what: 'lost'; readonly machine: string; readonly since: string }
  | { readonly what: 'back'; readonly machine: string }
  | ({ readonly what: 'brake' } & Brake)
  /** Something can't be read or written just now. */
  | { readonly what: 'blind'; readonly topic: Topic; readonly failure: Failure }
  /** An error that nobody foresaw; its evidence is where. */
  | { readonly what: 'bug'; readonly topic: Topic; readonly failure: Failure };

interface Servers {
  readonly servers: readonly string[];
  /** The machine of each, as far as it is known. */
  readonly machines?: Readonly<Record<string, string>>;
}

/** Why a controller leads no longer. */
export type Resignation = 'another-leads' | 'command-waits' | 'haproxy-silent' | 'cluster-unread' | 'step-overdue';

/** Too much looks broken at once for all of it to be repaired. */
export type Brake =
  | { readonly why: 'machines-silent' }
  | { readonly why: 'service-down'; readonly service: string; readonly down: readonly string[] };

/** What a controller was about when something went wrong. */
export type Topic = 'roles' | 'machines' | 'lease' | 'cluster' | 'intent' | 'instance' | 'process';

/** Where events go. Never throws. */
export type Emit = (event: EventBody) => void;
