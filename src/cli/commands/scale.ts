import { type Command, InvalidArgumentError } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import { withReplicas } from '../../spec/edit.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { makeReal } from './make-real.ts';

interface Wish {
  readonly service: string;
  readonly replicas: number;
}

export function scale(world: World): Command {
  const command = commandLine({
    words: 'scale',
    summary: 'change how many instances a service has: in the file, and then as `up`',
    examples: ['relevo scale web=4', 'relevo scale web=4 api=2 --yes'],
    exits: [[0, 'all is as the file now says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  });
  return command
    .argument('<service=number...>', 'services, and the replicas that each shall have', parseWish)
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(world, (call: Call<object>) => makeReal(call, call.options.yes === true), {
        ...{ exclusive: true, prepares: true, assets: true, stream: true },
        edit: (text, words) => (words[0] as unknown as readonly Wish[]).reduce(wishDone, text),
        whenInterrupted: 'run `relevo up` to go on: the file has the new number',
      }),
    );
}

function parseWish(word: string, before: readonly Wish[] | undefined): readonly Wish[] {
  const [, service = '', number = ''] = /^([^=]+)=(\d{1,5})$/.exec(word) ?? [];
  if (service === '') throw new InvalidArgumentError('Write SERVICE=NUMBER, such as web=4.');
  return [...(before ?? []), { service, replicas: Number(number) }];
}

function wishDone(text: string, { service, replicas }: Wish): string {
  const edited = withReplicas(text, service, replicas);
  if (edited.ok) return edited.text;
  if (edited.reason === 'unknown service') {
    throw new RelevoError({ code: 'not-found', message: `the file has no service ${service}` });
  }
  const hint = 'change the number in the file yourself, then run `relevo up`';
  throw new RelevoError({ code: 'refused', message: `services.${service}.replicas is not a number of its own`, hint });
}
