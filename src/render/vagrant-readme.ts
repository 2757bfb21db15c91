import type { VagrantMachine } from './vagrantfile.ts';

/** How to use an exported directory, for somebody who has Vagrant and never heard of Relevo. */
export function exportReadme(project: string, machines: readonly VagrantMachine[], publish: number): string {
  const [first] = machines;
  const other = machines.at(-1)?.name;
  const rows = machines.map(({ name, address }) => `| \`${name}\` | ${address} |`);
  return `# ${project}

A load-balanced site on ${machines.length} virtual machines of this computer. When a machine fails, what it carried is made anew on another. It needs
[Vagrant](https://developer.hashicorp.com/vagrant) and what runs its machines, and nothing else:

\`\`\`sh
vagrant up
\`\`\`

ends when the site answers. It is described by \`project/relevo.yaml\`.

| machine | address |
| ------- | ------- |
${rows.join('\n')}

| command | what it does |
| ------- | ------------ |
| \`vagrant ssh ${first?.name} -c 'relevo status'\` | shows machines, instances, balancers, and the site's URL (port ${publish}) |
| \`vagrant provision\` | makes the site what \`project/relevo.yaml\` says now |
| \`vagrant halt\`, \`vagrant up\` | shuts the machines down, starts them again with the site |
| \`vagrant up --no-provision\` | starts the machines and leaves the site as it is |
| \`vagrant destroy -f\` | removes all of it |

The first machine, \`${first?.name}\`, has Relevo (\`relevo --help\` there). The site is made once all machines are there; until then
\`vagrant up\` says which it waits for.

- Where a machine could not be started, \`vagrant up\` goes on with it.
- Vagrant provisions a machine once, even where that failed or was interrupted. \`vagrant up\` then fails and names the machine:
  \`vagrant provision ${other}\` goes on with it.
- After \`vagrant destroy ${other}\`, \`vagrant up\` makes that machine anew, but the site still counts on the old one and
  \`vagrant up\` fails. This puts the new one in its place: \`vagrant ssh ${first?.name} -c 'relevo replace ${other} --yes'\`

Image files that Relevo has made elsewhere (\`base-*.tar.zst\` and \`relevo-*.tar.zst\` of its cache) need not be made again if they
lie in a directory \`cache\` here before the first \`vagrant up\`.

\`relevo/\` has the program for the kind of processor that it was exported on.
`;
}
