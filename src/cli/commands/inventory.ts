import type { Command } from 'commander';
import { hostVariables, inventoryIni, inventoryJson, inventoryOf } from '../../app/inventory.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

interface InventoryOptions {
  readonly ini?: boolean;
  readonly host?: string;
}

/** Its options are those that Ansible calls inventory scripts with. */
export function inventory(world: World): Command {
  return commandLine({
    words: 'inventory',
    summary: 'print machines and instances as an inventory for Ansible',
    examples: ['relevo inventory', 'relevo inventory --ini > hosts.ini'],
    exits: [[0, 'printed']],
    failures: projectFailures,
  })
    .option('--list', 'all of it as JSON, as Ansible asks for it; so it is without any option')
    .option('--host <name>', 'the variables of one machine or instance')
    .option('--ini', 'as an INI file')
    .action(onProject(world, run));
}

async function run({ io, project, options }: Call<InventoryOptions>): Promise<number> {
  const found = await inventoryOf(project);
  if (options.ini && !io.json) io.print(inventoryIni(found).trimEnd());
  else
    io.print(
      JSON.stringify(options.host === undefined ? inventoryJson(found) : hostVariables(found, options.host), null, 2),
    );
  return 0;
}
