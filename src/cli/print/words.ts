import type { Brake, Event, Note, Notice, Resignation, Topic } from '../../domain/event.ts';
import type { Link } from '../../domain/network.ts';
import { withTitle } from './steps.ts';

/** What was noticed, in one sentence. */
export function noticeText(notice: Notice): string {
  switch (notice.what) {
    case 'leads':
      return `leads from now on (epoch ${notice.epoch})`;
    case 'follows':
      return `leads no longer: ${resignations[notice.why].replace('STEP', notice.step ?? '')}`;
    case 'promoted':
      return `${notice.servers.join(', ')}: ${notice.down.join(', ')} DOWN`;
    case 'demoted':
      return `${notice.servers.join(', ')}: ${demotions[notice.why]}`;
    case 'cut':
      return `${notice.servers.join(', ')} stopped responding: requests that wait for it are sent elsewhere`;
    case 'lost':
      return `${notice.machine} does not answer, and none of its servers is UP`;
    case 'back':
      return `${notice.machine} answers again`;
    case 'brake':
      return brakeText(notice);
    case 'blind':
    case 'bug':
      return `${topics[notice.topic]}: ${notice.failure.message}`;
  }
}

export function noteText(note: Note): string {
  if (note.about === 'link') return linkTexts[note.link];
  if (note.about === 'storage-copies') {
    const whose = note.machines.length === 0 ? 'this host has' : `${note.machines.join(', ')}:`;
    return `instances will be whole copies instead of clones (pool \`dir\`: seconds and full size each): ${whose} no btrfs under /var/lib, and no loop device`;
  }
  if (note.about === 'booting') return bootingText(note.machines);
  if (note.about === 'certificate-ends') return certificateText(note);
  const { service, limit, cgroup } = note;
  return `services.${service}.limits.${limit} will not be enforced: LXD sees no cgroup controller ${cgroup}`;
}

function bootingText(machines: readonly string[]): string {
  if (machines.length === 0) return 'waiting for LXD: the machines are booting';
  return `waiting for LXD on ${machines.join(', ')}, which booted just now`;
}

function certificateText({ source, until, days }: Extract<Note, { about: 'certificate-ends' }>): string {
  const date = until.slice(0, 10);
  if (days < 0) return `${source} expired on ${date}: browsers let nobody in; have it renewed, and run \`relevo up\``;
  const left = days === 0 ? 'today' : `in ${days} day${days === 1 ? '' : 's'}`;
  return `${source} expires ${left}, on ${date}: have it renewed, and run \`relevo up\``;
}

const linkTexts: Readonly<Record<Link, string>> = {
  macvlan: 'the hosts’ network carries frames of balancers: they will be on it themselves (link: macvlan)',
  routed: 'the hosts’ network drops frames of balancers: their hosts will stand in for them (link: routed)',
};

/** The event with the words that people would be shown, for programs that only pass it on. */
export function withWords(event: Event): Event & { readonly message?: string } {
  if (event.type === 'noticed') return { ...event, message: noticeText(event) };
  if (event.type === 'note') return { ...event, message: noteText(event) };
  if (event.type === 'plan') return { ...event, steps: event.steps.map(withTitle) };
  return 'kind' in event ? withTitle(event) : event;
}

const resignations: Readonly<Record<Resignation, string>> = {
  'another-leads': 'another one leads',
  'command-waits': 'a command is at work',
  'haproxy-silent': 'its own HAProxy does not answer',
  'cluster-unread': "the cluster can't be read",
  'step-overdue': '`STEP` takes too long',
};

const demotions = { 'primaries-up': 'the primaries are UP', 'others-serve': 'others serve in their place' } as const;

const topics: Readonly<Record<Topic, string>> = {
  roles: "roles can't be changed",
  machines: "machines can't be heard",
  lease: "the lease can't be had",
  cluster: "the cluster can't be read",
  intent: 'what was last read of drained machines still holds',
  instance: 'look inside',
  process: 'in the controller',
};

function brakeText(brake: Brake): string {
  if (brake.why === 'machines-silent') return 'half of the machines or more look dead: nothing is recreated elsewhere';
  return `most of ${brake.service} is DOWN: ${brake.down.join(', ')}; nothing is recreated`;
}
