import type { Command } from 'commander';
import { jsonSchema } from '../../spec/schema.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import type { World } from '../world.ts';

export function schema({ process }: World): Command {
  return commandLine({
    words: 'schema',
    summary: "print the file's JSON Schema, for editors to complete and check it",
    examples: ['relevo schema > relevo.schema.json'],
    exits: [[0, 'printed']],
    failures: [],
  }).action(({ json = false }: CommonOptions) => {
    const io = terminal(process, { json });
    return guarded(process, io, async () => {
      io.print(JSON.stringify(jsonSchema(), null, json ? undefined : 2));
      return 0;
    });
  });
}
