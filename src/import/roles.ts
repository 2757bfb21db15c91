import { dependencies, type Service } from './compose.ts';
import { askedUrl } from './health.ts';
import type { ImageKind } from './images.ts';
import { portOf } from './ports.ts';
import { type Program, programOf } from './program.ts';
import { listOf } from './read.ts';
import { type Told, toldBy } from './routes.ts';

/** A service of the Compose file, with what it is here. */
export interface Role {
  readonly service: Service;
  readonly program: Program;
  readonly told: Told;
  readonly port: number | undefined;
  readonly is: 'service' | 'job' | 'gone';
  /** It is gone because nothing says that it answers. */
  readonly unsure?: true;
  /** Why it is gone, and the way here. */
  readonly why?: readonly [key: string, why: string, instead?: string];
}

const byKind: Readonly<Partial<Record<ImageKind['is'], readonly [why: string, instead: string]>>> = {
  store: [
    'it keeps data, and services here keep nothing: any instance may be replaced at any time',
    'run it outside of Relevo, or use a managed one, and give the services its address',
  ],
  proxy: [
    'the balancers do what it does',
    '`route`, `balancer.tls`, `sticky`, and raw lines of HAProxy’s (docs/haproxy.md)',
  ],
  tool: ['it is a tool beside the services, and none of them', 'go on running it where it runs'],
  fastcgi: [
    'php-fpm speaks FastCGI, and the balancers HTTP',
    'give nginx and php-fpm to one service: `packages: [nginx-light, php-fpm]` (examples/php)',
  ],
};

const workers =
  /\b(sidekiq|celery(?!.*\bflower\b)|resque|delayed_job|good_job|solid_queue|bin\/jobs|queue:work|queue:listen|horizon|schedule:work|rq worker|dramatiq|arq|huey|supercronic|crond?)\b/;
const worker = [
  'it works in the background and answers nobody, and services here answer HTTP',
  'run it outside of Relevo, or as a unit in the instances of the service that it works for',
] as const;

export function rolesOf(services: readonly Service[], texts: Readonly<Record<string, string>>): Role[] {
  const jobs = new Set(
    services.flatMap(({ data }) =>
      dependencies(data).flatMap(({ name, condition }) =>
        condition === 'service_completed_successfully' ? [name] : [],
      ),
    ),
  );
  return services.map((service) => {
    const program = programOf(service, texts);
    const told = toldBy(service);
    const hints = {
      ...{
        label: told.port,
        health: askedUrl(service.data)?.port,
        words: program.words,
        dockerfile: program.dockerfile,
      },
      image: program.kind.is === 'program' ? program.kind.port : undefined,
    };
    const port = portOf(service, hints);
    return { service, program, told, port, ...judged(service, program, port !== undefined || told.routed, jobs) };
  });
}

function judged(
  { name, data }: Service,
  { kind, words }: Program,
  answers: boolean,
  jobs: ReadonlySet<string>,
): Pick<Role, 'is' | 'why' | 'unsure'> {
  const [profile] = listOf(data['profiles']);
  const reason = byKind[kind.is];
  const key = data['build'] === undefined ? 'image' : 'build';
  if (profile !== undefined) {
    const why = `it is started with the profile \`${profile}\` only`;
    return { is: 'gone', why: ['profiles', why, 'if it belongs here, delete its `profiles` and import again'] };
  }
  if (reason !== undefined) return { is: 'gone', why: [key, ...reason] };
  if (jobs.has(name)) return { is: 'job' };
  if (workers.test(words.join(' '))) return { is: 'gone', why: [key, ...worker] };
  if (answers) return { is: 'service' };
  const why = 'nothing says on which port it answers HTTP; a worker that answers nobody has no counterpart';
  const instead =
    'if it does answer, add `expose: [8000]` and import again; else run it outside, or as a unit in a service’s instances';
  return { is: 'gone', unsure: true, why: [key, why, instead] };
}
