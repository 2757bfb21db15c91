import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { importCompose } from '../../src/import/import.ts';
import { loadSpec } from '../../src/spec/load.ts';

const keys =
  `build command cpus configs container_name depends_on deploy entrypoint env_file environment expose extends healthcheck
  image labels mem_limit networks pids_limit ports profiles restart scale secrets stop_grace_period stop_signal tmpfs user volumes
  working_dir x-ports`.split(/\s+/);
const inner =
  `test disable start_period resources limits memory cpus pids replicas mode source target file external condition path
  required service context dockerfile published protocol type a b`.split(/\s+/);
const words = `nginx node:20 php:8-fpm php:8-apache postgres a b a:80 80 8080:80 0 -1 ./x:/y ./x:/etc/nginx/conf.d
  ./x:/etc/nginx/templates ~/x:/y x:/y /y $A \${A} \${A:-b} \${ http://a:1/x
  curl http://localhost/up traefik.http.routers.a.rule=Host(\`a.b\`) A=\${B} "x # :{}[]& true 10m 0.5 1h root sh -c "a
  service_completed_successfully a.example.org:80/https`.split(/(?<!\\)\s+/);

const leaf = fc.oneof(
  fc.constantFrom(...words.map((word) => word.replaceAll('\\ ', ' ')), 'a\n b: c\n', '$${A}', 'x $$$${A}'),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...inner), tie('any'), { maxKeys: 4 }),
  ),
})).any;
const service = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 });
const compose = fc.record({
  services: fc.dictionary(fc.constantFrom('a', 'b', 'c_d', 'balancer', '9', 'é'), service, { maxKeys: 4 }),
  secrets: value,
  configs: value,
  volumes: value,
});

/** Whatever is in it: a file comes out that the check reads, and all that the check says of it is told. */
it('any Compose file is imported, or refused with the reason', () => {
  fc.assert(
    fc.property(compose, (data) => {
      const bytes = new TextEncoder().encode(stringify(data));
      const texts = { Dockerfile: 'ARG A\nFROM node:$A AS a\nENV B=$C D=${A:-x}\nFROM a\nCMD ["x"' };
      const imported = importCompose({
        file: 'compose.yaml',
        bytes,
        directory: 'shop',
        base: '',
        variables: { A: 'a' },
        texts,
      });
      if (!imported.ok) expect(imported.diagnostics.length).toBeGreaterThan(0);
      if (!imported.ok) return;
      const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(imported.text));
      expect(loaded.ok).toBe(imported.ready);
      if (loaded.ok) return;
      // Its text is YAML: nothing of the Compose file breaks out of its place.
      for (const { path, message } of loaded.diagnostics) expect(path, message).toMatch(/^(name|services\b)/);
      expect(imported.notes.some(({ kind }) => kind === 'open')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
