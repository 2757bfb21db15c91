import { starterHtml } from './starter-page.ts';

/** What `relevo init` writes as relevo.yaml; `name` is a valid project name. */
export function starter(name: string): string {
  return `# yaml-language-server: $schema=relevo.schema.json
# Machines, services and the balancer before them. \`relevo plan\` shows what this would change, \`relevo up\` does it.
version: 1
name: ${name}

machines:
  provider: local            # system containers of this host's LXD that act as hosts
  hosts: [machine1, machine2, machine3]

services:
  web:                       # instances will be called web-1, web-2, …
    image: debian/12
    packages: [apache2]
    files:
      - source: site/index.html
        target: /var/www/html/index.html
        template: true       # fills in {{instance.name}}, {{machine.name}} and the like
    port: 80
    health: {path: /}        # a 2xx or 3xx from here means: give it traffic
    replicas: 2              # on different machines while one is free
    # place: [machine2, machine3]            # only there; without it, on all machines
    # environment: {GREETING: Hello}
    # secrets: {API_TOKEN: {file: token.txt}}  # never printed, never in the image
    # limits: {cpu: 1, memory: 256MiB}

balancer:
  algorithm: roundrobin      # or leastconn
  replicas: 2                # share one address: the site survives the loss of any one machine
  place: [machine1, machine2]
  publish: 8080              # http://localhost:8080
`;
}

/** What \`relevo init\` writes as site/index.html: it shows which instance on which machine answered. */
export function starterPage(): string {
  return starterHtml;
}
