/** Why a unit does not start, as its journal tells it. Source: systemd.exec(5), "PROCESS EXIT CODES". */
const cures: readonly (readonly [RegExp, string])[] = [
  [
    /status=203\/EXEC|Failed to locate executable|Unable to locate executable/,
    'the program is not there, or may not be run: does a package bring it, and has its file `mode: "0755"`?',
  ],
  [/status=200\/CHDIR|Failed at step CHDIR/, '`working_dir` can’t be entered by the service’s `user`'],
  [/status=217\/USER|Failed at step USER/, 'the service’s `user` is not in the image'],
  [/status=218\/CAPABILITIES/, 'the instance may not give the right to open a port below 1024: choose a higher `port`'],
  [
    /EADDRINUSE|[Aa]ddress already in use/,
    'something else in the instance listens on that port: a package’s own unit, perhaps',
  ],
  [
    /EACCES: permission denied|Permission denied/,
    'the service’s `user` may not read or write something: `owner` and `mode` of `files` say who may',
  ],
  [
    /Cannot find module|ModuleNotFoundError|cannot load such file/,
    'a library is missing: install it by `packages` or in `run`',
  ],
];

/** The likely cure of what these lines complain about; undefined where nobody knows one. */
export function cureIn(journal: string): string | undefined {
  return cures.find(([words]) => words.test(journal))?.[1];
}
